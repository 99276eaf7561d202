import type { Budget, TrialStatus, TrialSummary } from '@fsad/runner';

/** One finished trial as the report needs it; AUROCs in percent. */
export interface TrialPoint {
  readonly trial: number;
  readonly key: string;
  readonly split: string;
  readonly auroc: number;
  /** By fraction of patches, `0.05`; null for methods without. */
  readonly fractions: Readonly<Record<string, number>> | null;
  readonly pixel: { readonly auroc: number; readonly pro: number } | null;
}

/** One method with its variant in one setting. */
export interface Column {
  readonly detector: string;
  readonly variant: string;
  /** Trials that finished well, by class. */
  readonly classes: Map<string, TrialPoint[]>;
  /** Trials that did not. */
  failed: number;
  /** The first trial of the first class, to be shown as an example. */
  example: TrialSummary | null;
}

/** Everything at one dataset and number of shots. */
export interface Setting {
  readonly dataset: string;
  readonly shots: number;
  readonly columns: Map<string, Column>;
}

/** All results of one experiment at one budget, small enough to keep for 100,000 trials. */
export interface ExperimentTrials {
  readonly experiment: string;
  readonly budget: Budget;
  readonly settings: Map<string, Setting>;
  readonly statuses: Map<TrialStatus, number>;
  readonly engines: Set<string>;
  trials: number;
  seconds: number;
  /** ISO 8601 of the last trial that finished. */
  finishedAt: string;
  /** The first trials in the order of their cells, at most `keptRecords`. */
  records: TrialSummary[];
}

/** Trial records a page shows; the rest is counted and found in the CSV. */
export const keptRecords = 1000;

/** The name an experiment's folder and headings carry: `ablation-table-1-smoke`. */
export function experimentId({ experiment, budget }: { experiment: string; budget: string }): string {
  return `${experiment}-${budget}`;
}

/**
 * Reads a store's summaries once, in any order, and sorts them by experiment, setting, method and class.
 * @param each called with every summary as it passes, e.g. to write it to a file
 */
export async function collectExperiments(
  summaries: AsyncIterable<TrialSummary>,
  each: (summary: TrialSummary) => void | Promise<void> = () => undefined,
): Promise<ExperimentTrials[]> {
  const experiments = new Map<string, ExperimentTrials>();
  for await (const summary of summaries) {
    await each(summary);
    const id = experimentId(summary.cell);
    let one = experiments.get(id);
    if (!one) experiments.set(id, (one = emptyExperiment(summary)));
    add(one, summary);
  }
  const sorted = [...experiments.values()].sort((a, b) => (experimentId(a) < experimentId(b) ? -1 : 1));
  for (const one of sorted) {
    keepFirst(one);
    for (const setting of one.settings.values()) {
      for (const column of setting.columns.values()) {
        for (const points of column.classes.values()) points.sort((a, b) => a.trial - b.trial);
      }
    }
  }
  return sorted;
}

/** Orders cells as a reader expects: dataset, shots, method, class, trial. */
export function compareCells({ cell: a }: TrialSummary, { cell: b }: TrialSummary): number {
  return (
    compareText(a.dataset, b.dataset) ||
    a.shots - b.shots ||
    compareText(a.detector, b.detector) ||
    compareText(a.variant, b.variant) ||
    compareText(a.class, b.class) ||
    a.trial - b.trial
  );
}

function emptyExperiment({ cell }: TrialSummary): ExperimentTrials {
  return {
    experiment: cell.experiment,
    budget: cell.budget,
    settings: new Map(),
    statuses: new Map(),
    engines: new Set(),
    trials: 0,
    seconds: 0,
    finishedAt: '',
    records: [],
  };
}

function add(one: ExperimentTrials, summary: TrialSummary): void {
  const { cell, status, metrics } = summary;
  one.trials++;
  one.seconds += summary.seconds.total;
  one.engines.add(summary.engine);
  one.statuses.set(status, (one.statuses.get(status) ?? 0) + 1);
  if (summary.finishedAt > one.finishedAt) one.finishedAt = summary.finishedAt;
  one.records.push(summary);
  if (one.records.length >= 2 * keptRecords) keepFirst(one);

  const settingId = `${cell.dataset}/${cell.shots}`;
  let setting = one.settings.get(settingId);
  if (!setting) {
    setting = { dataset: cell.dataset, shots: cell.shots, columns: new Map() };
    one.settings.set(settingId, setting);
  }
  const columnId = `${cell.detector}/${cell.variant}`;
  let column = setting.columns.get(columnId);
  if (!column) {
    const { detector, variant } = cell;
    column = { detector, variant, classes: new Map(), failed: 0, example: null };
    setting.columns.set(columnId, column);
  }
  if (status !== 'ok' || !metrics) {
    column.failed++;
    return;
  }
  const point: TrialPoint = {
    trial: cell.trial,
    key: summary.key,
    split: summary.split,
    auroc: 100 * metrics.auroc,
    fractions: Object.keys(metrics.fractions).length > 0 ? metrics.fractions : null,
    pixel: metrics.pixel && { auroc: 100 * metrics.pixel.auroc, pro: 100 * metrics.pixel.pro },
  };
  const points = column.classes.get(cell.class);
  if (points) points.push(point);
  else column.classes.set(cell.class, [point]);
  if (!column.example || compareCells(summary, column.example) < 0) column.example = summary;
}

function keepFirst(one: ExperimentTrials): void {
  one.records = one.records.sort(compareCells).slice(0, keptRecords);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
