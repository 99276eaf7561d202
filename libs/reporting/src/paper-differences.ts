import { defectFraction } from '@fsad/htdg';
import { methods, readResult, type TrialResult } from '@fsad/runner';
import { paramsOf } from '@fsad/tracking/journal';
import type { Column, ExperimentTrials } from './collect.ts';
import type { SettingComparison } from './compare.ts';
import { ablations, columnLabel } from './paper-columns.ts';
import { publishedTrials } from './published.ts';
import { datasetName } from './words.ts';

/** One thing in which an experiment differs from the paper's. */
export interface PaperDifference {
  readonly what: string;
  readonly here: string;
  /** What the paper did, as far as it or the published code says. */
  readonly paper: string;
}

/** A method's complete configurations by name; null for a method this program does not have. */
export type PresetsOf = (detector: string) => Promise<Readonly<Record<string, unknown>> | null>;

/** The presets of the methods the runner knows. */
export const knownPresets: PresetsOf = async (detector) => {
  if (!Object.hasOwn(methods, detector)) return null;
  return (await methods[detector]()).presets;
};

/**
 * What differs from the paper, from the records of trials: one of each method and setting, since they share all but class and draw.
 * Records that cannot be read are named in `complaints`.
 */
export async function paperDifferences(
  store: string,
  trials: ExperimentTrials,
  comparisons: readonly SettingComparison[],
  complaints: string[],
  presetsOf: PresetsOf = knownPresets,
): Promise<PaperDifference[]> {
  const records: { column: Column; result: TrialResult }[] = [];
  for (const { columns } of trials.settings.values()) {
    for (const column of columns.values()) {
      if (!column.example) continue;
      try {
        const result = await readResult(store, column.example.key);
        if (result) records.push({ column, result });
      } catch (error) {
        complaints.push((error as Error).message);
      }
    }
  }
  const results = records.map(({ result }) => result);
  return [
    ...trialDifferences(comparisons),
    ...classDifferences(comparisons),
    ...testDifferences(results),
    ...drawDifferences(results),
    ...dataDifferences(results),
    ...(await settingDifferences(records, presetsOf)),
  ];
}

function trialDifferences(comparisons: readonly SettingComparison[]): PaperDifference[] {
  const counts = comparisons.flatMap(({ rows }) =>
    rows.flatMap(({ cells }) => [...cells.values()].map(({ measured }) => measured.count)),
  );
  const here = span(counts);
  if (here === `${publishedTrials}` || counts.length === 0) return [];
  return [{ what: 'trials a class', here, paper: `${publishedTrials}` }];
}

function classDifferences(comparisons: readonly SettingComparison[]): PaperDifference[] {
  const found = new Map<string, PaperDifference>();
  for (const { dataset, paper, classes } of comparisons) {
    const ran = classes.filter((name) => paper?.classes.includes(name));
    if (!paper || ran.length === paper.classes.length) continue;
    const few = ran.length <= 4 ? ` (${ran.join(', ')})` : '';
    const one = {
      what: `classes of ${datasetName(dataset)}`,
      here: `${ran.length}${few}`,
      paper: `${paper.classes.length}; compared here over the same classes`,
    };
    found.set(`${one.what} ${one.here}`, one);
  }
  return [...found.values()];
}

function testDifferences(results: readonly TrialResult[]): PaperDifference[] {
  const found: PaperDifference[] = [];
  if (results.some(({ test }) => test.images < test.available)) {
    const images = span(results.map(({ test }) => test.images));
    const available = span(results.map(({ test }) => test.available));
    found.push({
      what: 'test images of a trial',
      here: `${images} of ${available}, in the proportions of their kinds`,
      paper: 'all',
    });
  }
  if (results.some(({ test }) => test.subset === 'validation')) {
    found.push({
      what: 'tested on',
      here: 'training images reserved for choosing settings',
      paper: 'the official test images',
    });
  }
  return found;
}

function drawDifferences(results: readonly TrialResult[]): PaperDifference[] {
  if (!results.some(({ split }) => split.rule === 'hash')) return [];
  return [
    {
      what: 'training images',
      here: 'drawn by a hash of their names (results/splits lists them)',
      paper: 'not said; the published code takes consecutive groups',
    },
  ];
}

function dataDifferences(results: readonly TrialResult[]): PaperDifference[] {
  const warnings = [...new Set(results.flatMap((result) => result.warnings))].sort();
  const options = [
    ...new Set(
      results.flatMap(({ split }) =>
        Object.entries(split.options ?? {}).map(([key, value]) => `${key} ${String(value)}`),
      ),
    ),
  ].sort();
  return [
    ...(warnings.length > 0 ? [{ what: 'data', here: warnings.join('; '), paper: 'the whole dataset' }] : []),
    ...options.map((here) => ({ what: 'data opened with', here, paper: 'not said' })),
  ];
}

/** Each method's settings beside the nearest preset that repeats the published code or the text; methods that differ alike share a line. */
async function settingDifferences(
  records: readonly { readonly column: Column; readonly result: TrialResult }[],
  presetsOf: PresetsOf,
): Promise<PaperDifference[]> {
  const found = new Map<string, { methods: Set<string>; here: string; paper: string }>();
  for (const { column, result } of records) {
    const presets = await presetsOf(column.detector).catch(() => null);
    const published = Object.entries(presets ?? {}).filter(
      ([name]) => name === 'paper' || name.startsWith('official'),
    );
    if (published.length === 0) continue;
    const { settings } = result.inputs.configuration;
    const [nearest] = published
      .map(([name, preset]) => ({ name, keys: differingKeys(preset, settings, column, result) }))
      .sort((a, b) => a.keys.length - b.keys.length);
    if (nearest.keys.length === 0) continue;
    const here = nearest.keys.map(({ key, here, there }) => `${key} ${here} (${there})`).join(' · ');
    const paper = `preset ${nearest.name}, its values in brackets`;
    const one = found.get(here + paper) ?? { methods: new Set<string>(), here, paper };
    one.methods.add(columnLabel(column));
    found.set(here + paper, one);
  }
  return [...found.values()].map(({ methods, here, paper }) => ({
    what: `settings of ${[...methods].sort().join('; ')}`,
    here,
    paper,
  }));
}

/**
 * Keys of a record whose values differ. What the paper's own experiment sets beside the preset is no difference from it: an ablation's variant,
 * and the fraction of patches that scores defects (Sec. 3.3).
 */
function differingKeys(
  preset: unknown,
  settings: unknown,
  { detector, variant }: Column,
  { split }: TrialResult,
): { key: string; here: string; there: string }[] {
  const [there, here] = [paramsOf(preset), paramsOf(settings)];
  const defects = split.dataset === 'mvtec' ? `${defectFraction('paper', split.shots)}` : null;
  return Object.keys(here)
    .sort()
    .filter((key) => there[key] !== here[key])
    .filter((key) => !(key === 'variant' && variant in ablations))
    .filter((key) => !(key === 'scoring.fraction' && detector === 'htdg' && here[key] === defects))
    .map((key) => ({ key, here: shown(here[key]), there: shown(there[key]) }));
}

/** A value for reading: no more digits than tell it apart. */
function shown(value: string | undefined): string {
  if (value === undefined) return 'absent';
  return /^-?\d+\.\d{5,}$/.test(value)
    ? `${Number(Number(value).toPrecision(4))}`
    : value.replaceAll(',', ', ');
}

/** `3`, or `1 to 3`. */
function span(values: readonly number[]): string {
  const sorted = [...new Set(values)].sort((a, b) => a - b).map((value) => value.toLocaleString('en'));
  return sorted.length > 1 ? `${sorted[0]} to ${sorted[sorted.length - 1]}` : (sorted[0] ?? '–');
}
