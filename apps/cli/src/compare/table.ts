import { classAverage, summarize } from '@fsad/metrics';
import { paperColumn, publishedTable } from '@fsad/reporting';
import { stringify } from 'csv-stringify/sync';
import type { CompareTrial } from './trial.ts';

/** A method at a number of shots, in percent: over trials, then over classes as the paper does it. */
export interface CompareCell {
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

/** Gathers trials into cells: methods in the order of their first trial, shots in that of theirs. */
export function gatherCells(trials: readonly CompareTrial[]): CompareCell[] {
  const groups = groupBy(trials, ({ method, shots }) => `${method}\0${shots}`);
  return [...groups.values()].map(gather);
}

function gather(trials: readonly CompareTrial[]): CompareCell {
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
export function tableText(cells: readonly CompareCell[]): string {
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

function measured({ mean: value, std, failed }: CompareCell): string {
  const failures = failed > 0 ? ` (${failed} failed)` : '';
  return value === null ? `failed` : `${plusMinus(value, std)}${failures}`;
}

/** Every trial as a row of CSV; AUROC in [0, 1]. */
export function trialsCsv(trials: readonly CompareTrial[]): string {
  const rows = trials.map(({ inputs, seconds, processorSeconds, ...trial }) => ({
    dataset: trial.dataset,
    class: trial.class,
    shots: trial.shots,
    trial: trial.trial,
    method: trial.method,
    auroc: trial.auroc,
    paper: printedFor(trial.method, trial.dataset, trial.shots, [trial.class])?.mean,
    fit_seconds: seconds.fit,
    score_seconds: seconds.score,
    fit_processor_seconds: processorSeconds.fit,
    score_processor_seconds: processorSeconds.score,
    test: trial.test,
    engine: inputs.engine,
    split: inputs.split,
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

function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
