import { studentQuantile } from './distributions.ts';
import { deviation, mean } from './statistics.ts';

/** Trials, or pairs, below which no interval, difference or test is given: two values leave one degree of freedom, whose interval says nothing. */
export const leastTrials = 3;

/** Mean and spread of repeated measurements. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation (n - 1); null for one value, which has none. */
  readonly std: number | null;
}

/** An interval of a mean or of a difference of means. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly level: number;
}

/** Count, mean and sample standard deviation. @throws RangeError for no values or one that is not finite. */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError('a summary needs at least one value');
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new RangeError(
      `value ${bad} of ${values.length} is ${values[bad]}; a summary needs finite numbers`,
    );
  return {
    count: values.length,
    mean: mean(values),
    std: values.length > 1 ? deviation(values) : null,
  };
}

/** How an interval is made. */
export interface IntervalOptions {
  /** Coverage, 0.95 when left out. */
  readonly level?: number;
  /** What the quantity can be, e.g. [0, 1] for an AUROC: the interval ends there. */
  readonly range?: readonly [number, number];
}

/** Student's t interval of the mean; null for fewer than three values, or values that do not vary. */
export function meanInterval(summary: Summary, options: IntervalOptions = {}): Interval | null {
  return estimateInterval(estimate(summary), options);
}

/** The paper's way of averaging a table column over classes. */
export interface ClassAverage {
  readonly classes: number;
  /** Mean over classes of each class's mean over trials. */
  readonly mean: number;
  /** Mean over classes of each class's sample std over trials, as the paper prints it; null where a class has fewer than three trials. */
  readonly meanOfStds: number | null;
  /** Standard error of `mean` over new trials of the same classes, sqrt(sum s_c^2 / n_c) / C; null as above. */
  readonly standardError: number | null;
  /** Welch-Satterthwaite degrees of freedom of that error; null as above, or where no class varies. */
  readonly degrees: number | null;
}

/**
 * Averages per-class summaries as the paper does (supplementary Tables 1-7, row "Average"): the mean of the class means
 * and the mean of the class stds. The latter says how much one class varies, not how well the average is known: use
 * `standardError` for that.
 * @throws RangeError for no classes
 */
export function classAverage(classes: readonly Summary[]): ClassAverage {
  if (classes.length === 0) throw new RangeError('an average over classes needs at least one class');
  const average = mean(classes.map((one) => one.mean));
  const stds = classes.flatMap(({ count, std }) => (std === null || count < leastTrials ? [] : [std]));
  if (stds.length < classes.length) {
    return { classes: classes.length, mean: average, meanOfStds: null, standardError: null, degrees: null };
  }
  const parts = classes.map((one, i) => ({ variance: stds[i] ** 2 / one.count, degrees: one.count - 1 }));
  return {
    classes: classes.length,
    mean: average,
    meanOfStds: mean(stds),
    standardError: Math.sqrt(parts.reduce((sum, part) => sum + part.variance, 0)) / classes.length,
    degrees: welchDegrees(parts),
  };
}

/** A mean with its standard error and the degrees of freedom behind it. */
export interface Estimate {
  readonly mean: number;
  readonly standardError: number | null;
  readonly degrees: number | null;
}

/** A summary's mean as an estimate: standard error s / sqrt(n), n - 1 degrees of freedom; unknown for fewer than three values. */
export function estimate({ count, mean: value, std }: Summary): Estimate {
  if (std === null || count < leastTrials) return { mean: value, standardError: null, degrees: null };
  return { mean: value, standardError: std / Math.sqrt(count), degrees: count - 1 };
}

/** t interval of an estimate; null where its spread is unknown or nothing varied. */
export function estimateInterval(
  { mean: middle, standardError, degrees }: Estimate,
  { level = 0.95, range: [least, most] = [-Infinity, Infinity] }: IntervalOptions = {},
): Interval | null {
  if (!standardError || degrees === null) return null;
  const half = studentQuantile((1 + level) / 2, degrees) * standardError;
  return { low: Math.max(least, middle - half), high: Math.min(most, middle + half), level };
}

/**
 * The difference `a - b` of two independent estimates as an estimate of its own (Welch): interval by
 * {@link estimateInterval}. Its error is null where either one's is.
 */
export function difference(a: Estimate, b: Estimate): Estimate {
  const by = a.mean - b.mean;
  if (a.standardError === null || b.standardError === null)
    return { mean: by, standardError: null, degrees: null };
  const parts = [a, b].map((one) => ({
    variance: (one.standardError as number) ** 2,
    degrees: one.degrees ?? Infinity,
  }));
  return {
    mean: by,
    standardError: Math.sqrt(parts[0].variance + parts[1].variance),
    degrees: welchDegrees(parts),
  };
}

function welchDegrees(parts: readonly { variance: number; degrees: number }[]): number | null {
  const total = parts.reduce((sum, part) => sum + part.variance, 0);
  if (total === 0) return null;
  return total ** 2 / parts.reduce((sum, part) => sum + part.variance ** 2 / part.degrees, 0);
}
