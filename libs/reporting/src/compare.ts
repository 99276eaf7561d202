import {
  classAverage,
  difference,
  estimate,
  estimateInterval,
  leastTrials,
  summarize,
  type ClassAverage,
  type Estimate,
  type Interval,
  type Summary,
} from '@fsad/metrics';
import type { Column, Setting, TrialPoint } from './collect.ts';
import { columnLabel, orderedColumns, paperColumn, paperTable } from './paper-columns.ts';
import { publishedTrials, type PublishedTable, type PublishedValue } from './published.ts';

/** A difference from the paper, in points of AUROC. */
export interface Difference {
  readonly mean: number;
  readonly interval: Interval;
}

/** One class of one method beside the paper; all in percent. */
export interface ClassCell {
  readonly measured: Summary;
  /** AUROC of each trial, in their order. */
  readonly trials: readonly number[];
  readonly interval: Interval | null;
  readonly published: PublishedValue | null;
  readonly difference: Difference | null;
}

/** One method over the classes of a setting beside the paper; all in percent. */
export interface AverageRow {
  readonly label: string;
  readonly detector: string;
  readonly variant: string;
  readonly trials: number;
  readonly failed: number;
  readonly classes: number;
  readonly measured: ClassAverage;
  readonly interval: Interval | null;
  /** The average over classes trial by trial; null unless every class ran the same trials. */
  readonly trialAverages: readonly number[] | null;
  /** Sample std (n - 1) of `trialAverages`; null for fewer than three. */
  readonly stdOfTrialAverages: number | null;
  /** The paper's average over the same classes, from its printed cells. */
  readonly published: ClassAverage | null;
  /** The average as printed, over all its classes. */
  readonly printed: PublishedValue | null;
  readonly difference: Difference | null;
  /** Doubtful printed values among those compared with. */
  readonly notes: readonly string[];
  /** Localisation averaged over classes, where it was measured. */
  readonly pixel: { readonly auroc: number; readonly pro: number } | null;
  readonly cells: ReadonlyMap<string, ClassCell>;
}

/** An interval of AUROCs ends at 0 and 100 percent. */
const percent = { range: [0, 100] } as const;

/** A setting's results beside the paper's. */
export interface SettingComparison {
  readonly dataset: string;
  readonly shots: number;
  readonly paper: PublishedTable | null;
  /** Classes any method ran on, in the paper's order. */
  readonly classes: readonly string[];
  readonly rows: readonly AverageRow[];
}

/** Sets a setting's results beside the paper's, class by class and on average over the classes that ran. */
export function compareSetting(setting: Setting): SettingComparison {
  const paper = paperTable(setting);
  const columns = orderedColumns(setting);
  const present = new Set(columns.flatMap((column) => [...column.classes.keys()]));
  const known = (paper?.classes ?? []).filter((name) => present.has(name));
  const others = [...present].filter((name) => !known.includes(name)).sort();
  const classes = [...known, ...others];
  const rows = columns
    .filter((column) => column.classes.size > 0)
    .map((column) => compareColumn(column, classes, paper));
  return { dataset: setting.dataset, shots: setting.shots, paper, classes, rows };
}

function compareColumn(column: Column, classes: readonly string[], paper: PublishedTable | null): AverageRow {
  const name = paper && paperColumn(paper, column);
  const cells = new Map<string, ClassCell>();
  for (const className of classes) {
    const points = column.classes.get(className);
    if (!points) continue;
    const trials = points.map((point) => point.auroc);
    const measured = summarize(trials);
    const published = paper && name ? paper.value(name, { class: className }) : null;
    cells.set(className, {
      measured,
      trials,
      interval: estimateInterval(estimate(measured), percent),
      published,
      difference: published && gap(estimate(measured), estimate(printedSummary(published))),
    });
  }
  const measured = classAverage([...cells.values()].map((cell) => cell.measured));
  const printedCells = [...cells.values()].map((cell) => cell.published).filter((value) => value !== null);
  const published =
    printedCells.length === cells.size ? classAverage(printedCells.map(printedSummary)) : null;
  const points = [...column.classes.values()].flat();
  const averages = trialAverages([...column.classes.values()]);
  return {
    label: columnLabel(column),
    detector: column.detector,
    variant: column.variant,
    trials: points.length,
    failed: column.failed,
    classes: cells.size,
    measured,
    interval: estimateInterval(measured, percent),
    trialAverages: averages,
    stdOfTrialAverages: averages && averages.length >= leastTrials ? summarize(averages).std : null,
    published,
    printed: paper && name ? paper.value(name, 'average') : null,
    difference: published && gap(measured, published),
    notes: doubts(cells),
    pixel: pixelAverage([...column.classes.values()]),
    cells,
  };
}

/** Why printed values are doubtful, one line a reason with the classes it concerns. */
function doubts(cells: ReadonlyMap<string, ClassCell>): string[] {
  const byReason = new Map<string, string[]>();
  for (const [className, { published }] of cells) {
    if (published?.note) byReason.set(published.note, [...(byReason.get(published.note) ?? []), className]);
  }
  return [...byReason].map(([reason, classes]) => `${classes.join(', ')}: ${reason}`);
}

function printedSummary({ mean, std }: PublishedValue): Summary {
  return { count: publishedTrials, mean, std };
}

/** Null below three trials: what differs then may be chance alone, and nothing says how much of it. */
function gap(measured: Estimate, published: Estimate): Difference | null {
  const by = difference(measured, published);
  const interval = estimateInterval(by, { range: [-100, 100] });
  return interval && { mean: by.mean, interval };
}

function trialAverages(classes: readonly (readonly TrialPoint[])[]): number[] | null {
  const trials = classes[0].map((point) => point.trial);
  const same = classes.every(
    (points) => points.length === trials.length && points.every((point, i) => point.trial === trials[i]),
  );
  if (!same) return null;
  return trials.map((_, i) => classes.reduce((sum, points) => sum + points[i].auroc, 0) / classes.length);
}

function pixelAverage(classes: readonly (readonly TrialPoint[])[]): AverageRow['pixel'] {
  const measured = classes.map((points) =>
    points.map((point) => point.pixel).filter((pixel) => pixel !== null),
  );
  if (measured.some((points) => points.length === 0)) return null;
  const over = (pick: (pixel: { auroc: number; pro: number }) => number): number =>
    classAverage(measured.map((points) => summarize(points.map(pick)))).mean;
  return { auroc: over((pixel) => pixel.auroc), pro: over((pixel) => pixel.pro) };
}
