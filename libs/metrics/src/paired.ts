import { randomStream } from '@fsad/tensors';
import { percentile } from './auroc-interval.ts';
import { normalDistribution } from './distributions.ts';

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
 * @throws RangeError when lengths differ or a value is not finite
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

/** Mean paired difference a - b with a bootstrap interval. */
export interface PairedBootstrap {
  readonly pairs: number;
  readonly meanDifference: number;
  readonly low: number;
  readonly high: number;
  readonly level: number;
}

/**
 * Percentile bootstrap of the mean difference a - b over pairs.
 *
 * With `strata` (e.g. the class of each split) pairs are resampled within their stratum, so that the set of classes
 * stays as it is.
 * @param options.level 0.95 when left out
 * @param options.resamples 10,000 when left out
 * @param options.seed 0 when left out
 * @throws RangeError when lengths differ, there is no pair, or a value is not finite
 */
export function pairedBootstrap(
  a: readonly number[],
  b: readonly number[],
  options: { strata?: readonly string[]; level?: number; resamples?: number; seed?: number } = {},
): PairedBootstrap {
  const { strata, level = 0.95, resamples = 10_000, seed = 0 } = options;
  const differences = pairDifferences(a, b);
  if (differences.length === 0) throw new RangeError('a paired comparison needs at least one pair');
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
  const stream = randomStream(seed, 'paired/bootstrap');
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    for (const group of groups.values()) {
      for (let i = 0; i < group.length; i++) sum += group[stream.integer(group.length)];
    }
    means[r] = sum / differences.length;
  }
  means.sort();
  return {
    pairs: differences.length,
    meanDifference: differences.reduce((sum, value) => sum + value, 0) / differences.length,
    low: percentile(means, (1 - level) / 2),
    high: percentile(means, (1 + level) / 2),
    level,
  };
}

function pairDifferences(a: readonly number[], b: readonly number[]): number[] {
  if (a.length !== b.length) throw new RangeError(`${a.length} and ${b.length} values do not pair`);
  return a.map((value, i) => {
    const by = value - b[i];
    if (!Number.isFinite(by))
      throw new RangeError(`pair ${i} is (${value}, ${b[i]}); a comparison needs finite numbers`);
    return by;
  });
}
