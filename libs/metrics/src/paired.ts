import { normalDistribution } from './distributions.ts';
import {
  classAverage,
  estimateInterval,
  leastTrials,
  summarize,
  type Interval,
  type IntervalOptions,
} from './summary.ts';

/** Result of the two-sided Wilcoxon signed-rank test. */
export interface WilcoxonTest {
  /** Pairs that differ; equal pairs are left out. */
  readonly pairs: number;
  /** Sum of the ranks of the differences a - b > 0, and of those < 0. */
  readonly positiveRanks: number;
  readonly negativeRanks: number;
  readonly p: number;
  /** Whether p is exact (up to 100 pairs that differ) or from the normal approximation corrected for ties. */
  readonly exact: boolean;
}

/**
 * Wilcoxon's signed-rank test of paired measurements, two-sided: do `a` and `b` differ in location?
 *
 * Exact by enumeration of all signs, ties included (mean ranks); beyond 100 pairs the normal approximation without
 * continuity correction. Pairs that are equal are dropped; if all are, p is 1.
 * @throws RangeError when lengths differ, there are fewer than three pairs, or a value is not finite
 */
export function wilcoxonSignedRank(a: readonly number[], b: readonly number[]): WilcoxonTest {
  const differences = pairDifferences(a, b).filter((value) => value !== 0);
  differences.sort((x, y) => Math.abs(x) - Math.abs(y));
  const twiceRanks: number[] = [];
  for (let start = 0; start < differences.length;) {
    let end = start + 1;
    while (end < differences.length && Math.abs(differences[end]) === Math.abs(differences[start])) end++;
    for (let i = start; i < end; i++) twiceRanks.push(start + 1 + end);
    start = end;
  }
  const n = differences.length;
  const total = (n * (n + 1)) / 2;
  const positive = twiceRanks.reduce((sum, rank, i) => sum + (differences[i] > 0 ? rank : 0), 0) / 2;
  const exact = n <= 100;
  const smaller = Math.min(positive, total - positive);
  const p = n === 0 ? 1 : exact ? exactP(twiceRanks, 2 * smaller) : normalP(twiceRanks, smaller, total);
  return { pairs: n, positiveRanks: positive, negativeRanks: total - positive, p, exact };
}

/** Twice the probability that the doubled rank sum of random signs is at most `twiceSum`. */
function exactP(twiceRanks: readonly number[], twiceSum: number): number {
  const total = twiceRanks.reduce((sum, rank) => sum + rank, 0);
  const probability = new Float64Array(total + 1);
  probability[0] = 1;
  let reach = 0;
  for (const rank of twiceRanks) {
    reach += rank;
    for (let sum = reach; sum >= 0; sum--) {
      probability[sum] = (probability[sum] + (sum >= rank ? probability[sum - rank] : 0)) / 2;
    }
  }
  let tail = 0;
  for (let sum = 0; sum <= twiceSum; sum++) tail += probability[sum];
  return Math.min(1, 2 * tail);
}

function normalP(twiceRanks: readonly number[], smaller: number, total: number): number {
  const variance = twiceRanks.reduce((sum, rank) => sum + rank * rank, 0) / 16;
  return Math.min(1, 2 * normalDistribution((smaller - total / 2) / Math.sqrt(variance)));
}

/** Mean paired difference a - b with its interval. */
export interface PairedDifference {
  readonly pairs: number;
  /** Mean over strata of the mean within each. */
  readonly mean: number;
  /** Student's t interval; null where no pair differs from another. */
  readonly interval: Interval | null;
  /**
   * What the interval speaks of: `trials`, new trials of the same strata, where each has three pairs at least (Welch, as
   * {@link classAverage}); else `strata`, other strata like these, one mean each, where there are three of them; else `pairs`, new pairs of any stratum.
   */
  readonly over: 'trials' | 'strata' | 'pairs';
}

/**
 * The mean difference a - b over pairs.
 * @param options.strata of each pair, e.g. the class of its split; one stratum when left out
 * @throws RangeError when lengths differ, there are fewer than three pairs, or a value is not finite
 */
export function pairedDifference(
  a: readonly number[],
  b: readonly number[],
  { strata, ...options }: IntervalOptions & { strata?: readonly string[] } = {},
): PairedDifference {
  const differences = pairDifferences(a, b);
  if (strata && strata.length !== a.length) {
    throw new RangeError(`${a.length} pairs but ${strata.length} strata; each pair needs one`);
  }
  const groups = new Map<string, number[]>();
  differences.forEach((value, i) => {
    const name = strata?.[i] ?? '';
    const group = groups.get(name);
    if (group) group.push(value);
    else groups.set(name, [value]);
  });
  const within = [...groups.values()].map(summarize);
  const average = classAverage(within);
  const over = average.standardError !== null ? 'trials' : within.length >= leastTrials ? 'strata' : 'pairs';
  // Pairs of one stratum resemble each other: taken for so many independent ones they would narrow the interval.
  const between = over === 'strata' ? within.map((one) => one.mean) : differences;
  const spread = over === 'trials' ? average : classAverage([summarize(between)]);
  return {
    pairs: differences.length,
    mean: average.mean,
    interval: estimateInterval({ ...spread, mean: average.mean }, options),
    over,
  };
}

function pairDifferences(a: readonly number[], b: readonly number[]): number[] {
  if (a.length !== b.length) throw new RangeError(`${a.length} and ${b.length} values do not pair`);
  if (a.length < leastTrials) {
    throw new RangeError(`a comparison needs at least ${leastTrials} pairs, got ${a.length}`);
  }
  return a.map((value, i) => {
    const by = value - b[i];
    if (!Number.isFinite(by))
      throw new RangeError(`pair ${i} is (${value}, ${b[i]}); a comparison needs finite numbers`);
    return by;
  });
}
