import { math } from '#math';

/** The mean of at least one value. */
export function mean(values: readonly number[]): number {
  return Number(math().mean([...values]));
}

/** The sample standard deviation (n - 1) of at least two values. */
export function deviation(values: readonly number[]): number {
  return Number(math().std([...values]));
}

/** The quantile of ascending values, interpolated linearly between order statistics (type 7, numpy's default). */
export function quantileOfSorted(ascending: readonly number[], fraction: number): number {
  return Number(math().quantileSeq([...ascending], fraction, true));
}
