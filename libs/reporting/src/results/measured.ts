import { leastTrials, pairedDifference as differenceOf } from '@fsad/metrics';
import type { Budget, Cell } from '@fsad/runner';
import type { TrialRecord } from './record.ts';

/** A cell with what was measured in it; AUROCs in percent. */
export interface Point {
  readonly cell: Cell;
  readonly auroc: number;
  /** By fraction of patches. */
  readonly fractions: Readonly<Record<string, number>>;
  readonly record: TrialRecord;
}

/** The cells of an experiment that have a number. */
export function pointsOf(records: readonly TrialRecord[], experiment: string): Point[] {
  return records.flatMap((record) => {
    const { metrics } = record;
    if (!metrics) return [];
    return record.cells
      .filter((cell) => cell.experiment === experiment)
      .map((cell) => ({ cell, auroc: 100 * metrics.auroc, fractions: metrics.fractions, record }));
  });
}

/** Which cells: every field that is given must be equal. */
export type Where = Partial<Pick<Cell, 'dataset' | 'class' | 'shots' | 'detector' | 'variant'>> & {
  readonly budget?: Budget;
};

export function select(points: readonly Point[], where: Where): Point[] {
  const wanted = Object.entries(where);
  return points.filter(({ cell }) => wanted.every(([field, value]) => cell[field as keyof Cell] === value));
}

/** The mean of first minus second over pairs, in points of AUROC; no interval below three pairs. */
export interface PairedDifference {
  readonly pairs: number;
  readonly classes: number;
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Where two groups of cells meet: by default in dataset, class, shots and trial. */
export type Meeting = (cell: Cell) => string;

export const sameSplit: Meeting = ({ dataset, class: className, shots, trial }) =>
  `${dataset}/${className}/${shots}/${trial}`;

/** The classes meet, whatever the numbers of shots; trials by their number. */
export const sameClass: Meeting = ({ dataset, class: className, trial }) =>
  `${dataset}/${className}/${trial}`;

/**
 * Compares two groups of numbers where they meet: the mean difference and Student's 95 % interval over pairs of (class, trial), so that it
 * speaks of other pictures and other classes like these. Null where they meet nowhere.
 */
export function pairedDifference(
  first: readonly Point[],
  second: readonly Point[],
  meeting: Meeting = sameSplit,
  number: (point: Point) => number = ({ auroc }) => auroc,
  numberOfSecond = number,
): PairedDifference | null {
  const partners = new Map(second.map((point) => [meeting(point.cell), point]));
  const pairs = first.flatMap((point) => {
    const partner = partners.get(meeting(point.cell));
    return partner ? [{ point, a: number(point), b: numberOfSecond(partner) }] : [];
  });
  if (pairs.length === 0) return null;
  const a = pairs.map((pair) => pair.a);
  const b = pairs.map((pair) => pair.b);
  const mean = a.reduce((sum, value, i) => sum + value - b[i], 0) / a.length;
  const classes = new Set(pairs.map(({ point: { cell } }) => `${cell.dataset}/${cell.class}`)).size;
  const interval = pairs.length < leastTrials ? null : differenceOf(a, b, { range: [-100, 100] }).interval;
  return { pairs: pairs.length, classes, mean, low: interval?.low ?? null, high: interval?.high ?? null };
}
