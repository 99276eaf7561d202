import { classAverage, summarize } from '@fsad/metrics';
import {
  readResult,
  readSummaries,
  type Budget,
  type Experiment,
  type TrialResult,
  type TrialSummary,
} from '@fsad/runner';
import { stringify } from 'csv-stringify/sync';
import { paperColumn } from './paper-columns.ts';
import { publishedTable } from './published.ts';

/** One method on one split. */
export interface ComparedTrial {
  readonly key: string;
  /** The column's name: the method, with its variant behind it where that is one of its own. */
  readonly method: string;
  readonly dataset: string;
  readonly class: string;
  readonly shots: number;
  readonly trial: number;
  /** Why it failed; null where it did not. */
  readonly failure: string | null;
  /** In [0, 1]; null where it failed. */
  readonly auroc: number | null;
  readonly seconds: { readonly fit: number; readonly score: number };
  /** Which test images, in words. */
  readonly test: string;
  readonly engine: string;
  readonly split: string;
}

const plainVariants = ['default', 'full', 'ours1'];

/** A trial of a comparison from its result in the store, at the cell of that comparison. */
function comparedTrial(result: TrialResult, cell: TrialResult['cells'][number]): ComparedTrial {
  const { detector, variant } = cell;
  const { subset, images, available } = result.test;
  const all = images === available ? `all ${available}` : `${images} of ${available}`;
  const { fit, score } = result.provenance.seconds;
  return {
    key: result.key,
    method: plainVariants.includes(variant) ? detector : `${detector}-${variant}`,
    dataset: cell.dataset,
    class: cell.class,
    shots: cell.shots,
    trial: cell.trial,
    failure: result.failure?.message ?? null,
    auroc: result.metrics?.auroc ?? null,
    seconds: { fit, score },
    test: `${all} ${subset} images`,
    engine: result.inputs.engine,
    split: result.inputs.split,
  };
}

/** The trials of a comparison in its store, in the order of the table. */
export async function comparedTrials(
  store: string,
  experiment: Experiment,
  budget: Budget,
): Promise<ComparedTrial[]> {
  const [{ name: dataset, classes }] = experiment.datasets;
  const places = [
    experiment.methods.map(({ detector, variant }) => `${detector} ${variant}`),
    experiment.shots,
    classes as readonly string[],
  ] as const;
  const placeOf = ({ cell }: TrialSummary): number[] => [
    places[0].indexOf(`${cell.detector} ${cell.variant}`),
    places[1].indexOf(cell.shots),
    places[2].indexOf(cell.class),
    cell.trial,
  ];
  const found: { readonly at: number[]; readonly summary: TrialSummary }[] = [];
  for await (const summary of readSummaries(store)) {
    const { cell } = summary;
    const asked = cell.experiment === experiment.name && cell.dataset === dataset && cell.budget === budget;
    const at = placeOf(summary);
    if (asked && at.every((place) => place >= 0) && cell.trial < experiment.trials)
      found.push({ at, summary });
  }
  found.sort((a, b) => a.at.map((place, i) => place - b.at[i]).find((difference) => difference !== 0) ?? 0);
  const trials: ComparedTrial[] = [];
  for (const { summary } of found) {
    const result = await readResult(store, summary.key);
    if (result) trials.push(comparedTrial(result, summary.cell));
  }
  return trials;
}

/** A method at a number of shots, in percent: over trials, then over classes as the paper does it. */
export interface ComparedMethod {
  readonly method: string;
  readonly shots: number;
  readonly classes: readonly string[];
  /** Trials that went well. */
  readonly trials: number;
  readonly failed: number;
  /** Null where no trial went well. */
  readonly mean: number | null;
  /** Mean over classes of the sample standard deviations over trials; null unless every class has two trials. */
  readonly std: number | null;
  /** What the paper printed for the same classes; null where it printed nothing. */
  readonly paper: { readonly mean: number; readonly std: number } | null;
  /** Mean seconds a trial. */
  readonly seconds: { readonly fit: number; readonly score: number };
}

/** Gathers trials by method and shots: methods in the order of their first trial, shots in that of theirs. */
export function comparedMethods(trials: readonly ComparedTrial[]): ComparedMethod[] {
  const groups = groupBy(trials, ({ method, shots }) => `${method}\0${shots}`);
  return [...groups.values()].map(gather);
}

function gather(trials: readonly ComparedTrial[]): ComparedMethod {
  const [{ method, shots, dataset }] = trials;
  const good = trials.filter(({ auroc }) => auroc !== null);
  const byClass = [...groupBy(good, (trial) => trial.class)];
  const classes = byClass.map(([name]) => name);
  const summaries = byClass.map(([, members]) =>
    summarize(members.map(({ auroc }) => 100 * (auroc as number))),
  );
  const average = summaries.length > 0 ? classAverage(summaries) : null;
  return {
    method,
    shots,
    classes,
    trials: good.length,
    failed: trials.length - good.length,
    mean: average?.mean ?? null,
    std: summaries.every(({ count }) => count > 1) ? (average?.meanOfStds ?? null) : null,
    paper: printedFor(method, dataset, shots, classes),
    seconds: {
      fit: mean(good.map(({ seconds }) => seconds.fit)),
      score: mean(good.map(({ seconds }) => seconds.score)),
    },
  };
}

/** Columns that repeat an ablation of the paper, by its letter in Table 1. */
const ablationOf: Readonly<Record<string, string>> = { 'pixel-mse': 'f', 'geom-on-samples': 'g' };

/** The paper's value for a method, averaged over the classes given from its printed cells. */
function printedFor(
  method: string,
  dataset: string,
  shots: number,
  classes: readonly string[],
): { mean: number; std: number } | null {
  const ablation = ablationOf[method];
  const table = publishedTable(ablation ? 'ablation' : 'methods', dataset, shots);
  // On MVTec the paper has two columns of its own: Ours1 with all transformations, as here, and Ours2 with rotations.
  const variant = ablation ?? 'ours1';
  const column = table && paperColumn(table, { detector: method, variant });
  if (!table || column === null || classes.length === 0) return null;
  const cells = classes.map((name) => table.value(column, { class: name }));
  if (!cells.every((cell) => cell !== null)) return null;
  return { mean: mean(cells.map((cell) => cell.mean)), std: mean(cells.map((cell) => cell.std)) };
}

/** The comparison for reading: a row a method, for each number of shots ours and the paper's, AUROC in percent. */
export function comparisonText(cells: readonly ComparedMethod[]): string {
  const shots = [...new Set(cells.map((cell) => cell.shots))];
  const names = [...new Set(cells.map(({ method }) => method))];
  const head = ['AUROC, %', ...shots.flatMap((k) => [`${k}-shot`, 'paper', 's/trial'])];
  const rows = names.map((name) => [
    name,
    ...shots.flatMap((k) => {
      const cell = cells.find(({ method, shots: of }) => method === name && of === k);
      if (!cell) return ['', '', ''];
      const seconds = cell.seconds.fit + cell.seconds.score;
      return [
        measured(cell),
        cell.paper ? plusMinus(cell.paper.mean, cell.paper.std) : '–',
        seconds.toFixed(1),
      ];
    }),
  ]);
  return aligned([head, ...rows]);
}

function measured({ mean: value, std, failed }: ComparedMethod): string {
  const failures = failed > 0 ? ` (${failed} failed)` : '';
  return value === null ? `failed` : `${plusMinus(value, std)}${failures}`;
}

/** Every trial as a row of CSV; AUROC in [0, 1]. */
export function comparisonCsv(trials: readonly ComparedTrial[]): string {
  const rows = trials.map((trial) => ({
    dataset: trial.dataset,
    class: trial.class,
    shots: trial.shots,
    trial: trial.trial,
    method: trial.method,
    auroc: trial.auroc,
    paper: printedFor(trial.method, trial.dataset, trial.shots, [trial.class])?.mean,
    fit_seconds: trial.seconds.fit,
    score_seconds: trial.seconds.score,
    test: trial.test,
    engine: trial.engine,
    split: trial.split,
    key: trial.key,
    failure: trial.failure,
  }));
  return stringify(rows, { header: true });
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const pad = (cell: string, i: number): string =>
    i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]);
  const lines = rows.map((row) => row.map(pad).join('  ').trimEnd());
  return [lines[0], '─'.repeat(lines[0].length), ...lines.slice(1)].join('\n');
}

function plusMinus(value: number, std: number | null): string {
  return std === null ? value.toFixed(1) : `${value.toFixed(1)} ± ${std.toFixed(1)}`;
}

/** Items by their keys, in the order of the first of each. */
export function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What stands above a comparison: the classes, the test images, the budget and the number of trials, beside the paper's. */
export function comparisonHeading(
  budget: string,
  { datasets: [{ name }], trials: count }: Experiment,
  trials: readonly ComparedTrial[],
): string {
  const classes = [...new Set(trials.map((trial) => trial.class))];
  const which = classes.length === 1 ? `class ${classes[0]}` : `average of classes ${classes.join(', ')}`;
  return (
    `${name}, ${which}; ${trials[0].test}; budget ${budget}; mean ± sample std over ${count} ` +
    `${count === 1 ? 'trial' : 'trials'}; paper: 10 trials, all test images`
  );
}
