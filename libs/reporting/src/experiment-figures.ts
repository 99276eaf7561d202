import { classAverage, summarize } from '@fsad/metrics';
import type { Column, ExperimentTrials, Setting } from './collect.ts';
import { compareSetting, type AverageRow, type SettingComparison } from './compare.ts';
import {
  aurocBarPanel,
  aurocLinePanel,
  labelsOf,
  sharedDomain,
  type BarEntry,
  type LineSeries,
  type PlottedValue,
} from './comparison-figures.ts';
import type { Panel } from './figure.ts';
import { columnLabel, paperColumn, paperLabel } from './paper-columns.ts';
import { publishedTable } from './published.ts';
import { datasetName, settingName } from './words.ts';

/** A figure of the report before it is drawn: its panels can stand side by side in a file or one by one in a page. */
export interface PlannedFigure {
  /** File name without ending. */
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly panels: readonly PlannedPanel[];
}

/** One panel, drawn as wide as asked: the width of the plot itself, in pixels; the axes come beside it. */
export interface PlannedPanel {
  readonly title: string;
  readonly draw: (width?: number) => Panel;
}

const spreads =
  'Lines and bands span one standard deviation (mean over classes of the per-class standard deviations); where a class has ' +
  'fewer than three trials, points are the trials instead, those of every class where classes ran different ones.';

/** The figures an experiment's results allow: bars by method (Fig. 2, 5), lines over shots (Fig. 4) and patches (Fig. 7). */
export function planFigures(
  trials: ExperimentTrials,
  comparisons: readonly SettingComparison[],
): PlannedFigure[] {
  return [bars(comparisons), shotLines(trials), patchLines(trials)].filter(
    (figure) => figure.panels.length > 0,
  );
}

function bars(comparisons: readonly SettingComparison[]): PlannedFigure {
  return {
    name: 'auroc-by-method',
    title: 'AUROC by method',
    caption:
      `Bars: measured here, averaged over the classes that ran. Diamonds: the paper, averaged over the same classes, ` +
      `or as printed for methods not run. ${spreads} The dashed line is guessing.`,
    panels: comparisons
      .filter(({ rows }) => rows.length > 0)
      .map((comparison) => {
        const title = settingName(comparison);
        const entries = barEntries(comparison);
        return { title, draw: (width) => aurocBarPanel(title, entries, width) };
      }),
  };
}

function barEntries({ paper, rows }: SettingComparison): BarEntry[] {
  const measured = rows.map((row) => ({
    column: paper && paperColumn(paper, row),
    entry: {
      label: row.label,
      measured: measuredValue(row),
      published: row.published && asPlotted(row.published),
    },
  }));
  const missing = (paper?.columns ?? [])
    .filter((column) => !measured.some((one) => one.column === column))
    .map((column) => ({
      column,
      entry: {
        label: paperLabel(column),
        measured: null,
        published: paper?.value(column, 'average') ?? null,
      },
    }));
  const place = (column: string | null): number =>
    paper && column ? paper.columns.indexOf(column) : Infinity;
  return [...measured, ...missing]
    .sort((a, b) => place(a.column) - place(b.column))
    .map(({ entry }) => entry);
}

function shotLines({ settings: every }: ExperimentTrials): PlannedFigure {
  const datasets = [...new Set([...every.values()].map(({ dataset }) => dataset))].sort();
  const panels = datasets.flatMap((dataset) => {
    const ofDataset = [...every.values()].filter((one) => one.dataset === dataset);
    const settings = overSameClasses(ofDataset)
      .map(compareSetting)
      .filter(({ rows }) => rows.length > 0)
      .sort((a, b) => a.shots - b.shots);
    if (settings.length < 2) return [];
    const labels = [...new Set(settings.flatMap(({ rows }) => rows.map((row) => row.label)))];
    const series = labels.flatMap((label): LineSeries[] => {
      const points = settings.flatMap(({ shots, rows }) => {
        const row = rows.find((one) => one.label === label);
        return row ? [{ x: shots, row }] : [];
      });
      return [
        {
          label,
          source: 'measured',
          points: points.map(({ x, row }) => ({ x, ...measuredValue(row) })),
        },
        {
          label,
          source: 'paper',
          points: points.flatMap(({ x, row }) => (row.published ? [{ x, ...asPlotted(row.published) }] : [])),
        },
      ];
    });
    const ticks = settings.map(({ shots }) => shots);
    return [{ title: datasetName(dataset), ticks, series }];
  });
  const all = panels.flatMap(({ series }) => series);
  const layout = { domain: sharedDomain(all), labels: labelsOf(all) };
  return {
    name: 'auroc-by-shots',
    title: 'AUROC by number of training images',
    caption:
      'Solid: measured here, each method over the classes that it ran with every number of images it ran with; dashed: the paper, ' +
      `over the same classes. ${spreads}`,
    panels: panels.map(({ title, ticks, series }) => ({
      title,
      draw: (width) =>
        aurocLinePanel(title, { title: 'training images', ticks }, series, { width, ...layout }),
    })),
  };
}

/** Settings of a dataset in which a method keeps the classes alone that it ran in each of them it ran in: a line of other classes at every point would show what they differ by. */
function overSameClasses(settings: readonly Setting[]): Setting[] {
  return settings.map((setting) => {
    const columns = [...setting.columns].map(([id, column]) => {
      const ran = settings
        .flatMap(({ columns }) => columns.get(id) ?? [])
        .filter(({ classes }) => classes.size > 0);
      const shared = [...column.classes].filter(([name]) => ran.every(({ classes }) => classes.has(name)));
      return [id, { ...column, classes: new Map(shared) }] as const;
    });
    return { ...setting, columns: new Map(columns) };
  });
}

/** Datasets whose images are scored by all patches (Eq. 12); the fraction is for local defects (Sec. 3.3). */
const scoredWhole = ['mnist', 'fashion-mnist', 'cifar10', 'paris'];

function patchLines({ settings }: ExperimentTrials): PlannedFigure {
  const groups = new Map<
    string,
    { title: string; dataset: string; series: LineSeries[]; ticks: Set<number> }
  >();
  for (const { dataset, shots, columns } of [...settings.values()].sort((a, b) => a.shots - b.shots)) {
    if (scoredWhole.includes(dataset)) continue;
    for (const column of columns.values()) {
      const points = fractionAverages(column);
      if (points.length < 2) continue;
      const title = `${datasetName(dataset)}, ${columnLabel(column)}`;
      const group = groups.get(title) ?? { title, dataset, series: [], ticks: new Set<number>() };
      groups.set(title, group);
      for (const { x } of points) group.ticks.add(x);
      const label = `${shots}-shot`;
      group.series.push({ label, source: 'measured', points });
      const printed = isRotations(column) ? printedPatches(dataset, shots, [...column.classes.keys()]) : [];
      if (printed.length > 0) group.series.push({ label, source: 'paper', points: printed });
    }
  }
  const all = [...groups.values()].flatMap(({ series }) => series);
  const layout = { domain: sharedDomain(all), labels: labelsOf(all) };
  return {
    name: 'auroc-by-patches',
    title: 'AUROC by percentage of patches',
    caption:
      'Solid: measured here; dashed: the paper over the same classes, in the panels of HTDG Ours2, the four-rotation variant, ' +
      `whose numbers it prints (Table 7). ${spreads}`,
    panels: [...groups.values()].map(({ title, series, ticks }) => ({
      title,
      draw: (width) =>
        aurocLinePanel(title, { title: 'patches, %', ticks: [...ticks].sort((a, b) => a - b) }, series, {
          width,
          ...layout,
        }),
    })),
  };
}

/** Whether a column is the four-rotation variant, the one of the paper's Table 7. */
function isRotations({ detector, variant }: Column): boolean {
  return detector === 'htdg' && variant === 'ours2';
}

/** Class averages of AUROC, in percent, by percentage of patches. */
export function fractionAverages(column: Column): ({ x: number } & PlottedValue)[] {
  const classes = [...column.classes.values()];
  const fractions = Object.keys(classes[0]?.[0]?.fractions ?? {});
  return fractions
    .flatMap((fraction) => {
      const values = classes.map((points) =>
        points.flatMap((point) =>
          point.fractions?.[fraction] === undefined ? [] : [100 * point.fractions[fraction]],
        ),
      );
      if (values.some((list) => list.length === 0)) return [];
      const average = asPlotted(classAverage(values.map(summarize)));
      const trials = values.flat();
      return [{ x: 100 * Number(fraction), ...average, ...(average.std === null ? { trials } : {}) }];
    })
    .sort((a, b) => a.x - b.x);
}

/** The paper's Table 7 over some classes; empty where it has none of them. */
export function printedPatches(
  dataset: string,
  shots: number,
  classes: readonly string[],
): ({ x: number } & PlottedValue)[] {
  const table = publishedTable('patches', dataset, shots);
  if (!table) return [];
  return table.columns.flatMap((column) => {
    const values = classes.map((name) => table.value(column, { class: name }));
    if (values.length === 0 || values.some((value) => value === null)) return [];
    const found = values.filter((value) => value !== null);
    const mean = found.reduce((sum, value) => sum + value.mean, 0) / found.length;
    const std = found.reduce((sum, value) => sum + value.std, 0) / found.length;
    return [{ x: Number(column), mean, std }];
  });
}

/** A method's average over classes; without a spread its trials, averaged over classes where all ran the same. */
function measuredValue({ measured, trialAverages, cells }: AverageRow): PlottedValue {
  const value = asPlotted(measured);
  if (value.std !== null) return value;
  return { ...value, trials: trialAverages ?? [...cells.values()].flatMap(({ trials }) => trials) };
}

function asPlotted({ mean, meanOfStds }: { mean: number; meanOfStds: number | null }): PlottedValue {
  return { mean, std: meanOfStds };
}
