import { classAverage, leastTrials, pairedDifference as differenceOf, summarize } from '@fsad/metrics';
import type { Budget, Cell } from '@fsad/runner';
import { groupBy } from '../comparison-table.ts';
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

/** The mean over classes of first minus second, in points of AUROC; no interval below three pairs. */
export interface PairedDifference {
  readonly pairs: number;
  readonly classes: number;
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  /** What the interval speaks of; see `pairedDifference` of `@fsad/metrics`, whose strata are the classes. */
  readonly over: 'trials' | 'strata' | 'pairs' | null;
}

/** Where two groups of cells meet: by default in dataset, class, shots and trial. */
export type Meeting = (cell: Cell) => string;

export const sameSplit: Meeting = ({ dataset, class: className, shots, trial }) =>
  `${dataset}/${className}/${shots}/${trial}`;

/** The classes meet, whatever the numbers of shots; trials by their number. */
export const sameClass: Meeting = ({ dataset, class: className, trial }) =>
  `${dataset}/${className}/${trial}`;

/** Compares two groups of numbers where they meet, in pairs of (class, trial): the mean difference and Student's 95 % interval. Null where they meet nowhere. */
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
    return partner ? [{ stratum: classOf(point), a: number(point), b: numberOfSecond(partner) }] : [];
  });
  if (pairs.length === 0) return null;
  const a = pairs.map((pair) => pair.a);
  const b = pairs.map((pair) => pair.b);
  const strata = pairs.map(({ stratum }) => stratum);
  const counts = { pairs: pairs.length, classes: new Set(strata).size };
  if (pairs.length < leastTrials) {
    const byClass = [...groupBy(pairs, ({ stratum }) => stratum).values()];
    const { mean } = classAverage(byClass.map((members) => summarize(members.map((pair) => pair.a - pair.b))));
    return { ...counts, mean, low: null, high: null, over: null };
  }
  const { mean, interval, over } = differenceOf(a, b, { strata, range: [-100, 100] });
  return { ...counts, mean, low: interval?.low ?? null, high: interval?.high ?? null, over };
}

const classOf = ({ cell }: Point): string => `${cell.dataset}/${cell.class}`;
