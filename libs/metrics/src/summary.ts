import { createRequire } from 'node:module';
import type * as MathJs from 'mathjs/number';
import { studentQuantile } from './distributions.ts';

const load = createRequire(import.meta.url);

/** Opened when first needed: mathjs takes a second to load, and most commands summarise nothing. */
const math = (): Pick<typeof MathJs, 'mean' | 'std'> => load('mathjs/number') as typeof MathJs;

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
    mean: math().mean([...values]) as number,
    std: values.length > 1 ? (math().std([...values], 'unbiased') as unknown as number) : null,
  };
}

/** Student's t interval of the mean; null where one value gives no spread. */
export function meanInterval(summary: Summary, level = 0.95): Interval | null {
  if (summary.std === null) return null;
  const half = (studentQuantile((1 + level) / 2, summary.count - 1) * summary.std) / Math.sqrt(summary.count);
  return { low: summary.mean - half, high: summary.mean + half, level };
}

/** The paper's way of averaging a table column over classes. */
export interface ClassAverage {
  readonly classes: number;
  /** Mean over classes of each class's mean over trials. */
  readonly mean: number;
  /** Mean over classes of each class's sample std over trials, as the paper prints it; null where a class has one trial. */
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
  const average = math().mean(classes.map((one) => one.mean)) as number;
  const stds = classes.map((one) => one.std).filter((value) => value !== null);
  if (stds.length < classes.length) {
    return { classes: classes.length, mean: average, meanOfStds: null, standardError: null, degrees: null };
  }
  const parts = classes.map((one, i) => ({ variance: stds[i] ** 2 / one.count, degrees: one.count - 1 }));
  return {
    classes: classes.length,
    mean: average,
    meanOfStds: math().mean(stds) as number,
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

/** A summary's mean as an estimate: standard error s / sqrt(n), n - 1 degrees of freedom. */
export function estimate(summary: Summary): Estimate {
  if (summary.std === null) return { mean: summary.mean, standardError: null, degrees: null };
  return {
    mean: summary.mean,
    standardError: summary.std / Math.sqrt(summary.count),
    degrees: summary.count - 1,
  };
}

/** t interval of an estimate; null where its spread is unknown. */
export function estimateInterval(one: Estimate, level = 0.95): Interval | null {
  if (one.standardError === null) return null;
  if (one.degrees === null) return { low: one.mean, high: one.mean, level };
  const half = studentQuantile((1 + level) / 2, one.degrees) * one.standardError;
  return { low: one.mean - half, high: one.mean + half, level };
}

/**
 * The difference `a - b` of two independent estimates as an estimate of its own (Welch): interval by
 * {@link estimateInterval}. Its error is null where either one's is.
 */
export function difference(a: Estimate, b: Estimate): Estimate {
  const mean = a.mean - b.mean;
  if (a.standardError === null || b.standardError === null)
    return { mean, standardError: null, degrees: null };
  const parts = [a, b].map((one) => ({
    variance: (one.standardError as number) ** 2,
    degrees: one.degrees ?? Infinity,
  }));
  return {
    mean,
    standardError: Math.sqrt(parts[0].variance + parts[1].variance),
    degrees: welchDegrees(parts),
  };
}

function welchDegrees(parts: readonly { variance: number; degrees: number }[]): number | null {
  const total = parts.reduce((sum, part) => sum + part.variance, 0);
  if (total === 0) return null;
  return total ** 2 / parts.reduce((sum, part) => sum + part.variance ** 2 / part.degrees, 0);
}
