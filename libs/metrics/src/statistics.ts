import * as d3 from 'd3-array';

/** The mean of at least one value. */
export function mean(values: readonly number[]): number {
  return d3.mean(values) ?? NaN;
}

/** The sample standard deviation (n - 1) of at least two values. */
export function deviation(values: readonly number[]): number {
  return d3.deviation(values) ?? NaN;
}

/** The quantile of ascending values, interpolated linearly between order statistics (type 7, numpy's default). */
export function quantileOfSorted(ascending: readonly number[], fraction: number): number {
  return d3.quantileSorted([...ascending], fraction) ?? NaN;
}
