import { studentQuantile } from '@fsad/metrics';

/** Of good pictures, the share that an automatic threshold is meant to pass. */
export const PASSED = 0.95;

/** How much the deviation under small disturbances counts beside the one between pictures, in pictures. */
const DISTURBED_COUNTS = 2;

/** Where good pictures lie on a method's own scale. */
export interface Level {
  /** What an ordinary good picture has. */
  readonly ordinary: number;
  /** What good pictures reach; above it a picture is called defective. */
  readonly threshold: number;
}

/**
 * The level of good pictures from a few of them: their mean, and Student's one-sided prediction bound for one more,
 * `mean + t s sqrt(1 + 1/n)`. Few pictures say little about their own deviation, so the one of a picture's disturbed
 * copies, which is known better, counts as two further pictures.
 *
 * @param pictures one list a picture: what it has as it is, then what its disturbed copies have.
 * @param share of good pictures that pass.
 * @throws RangeError without a picture, for one without a value, and for values that are not finite.
 */
export function levelOf(pictures: readonly (readonly number[])[], share = PASSED): Level {
  const plain = pictures.map(([value]) => value);
  if (
    plain.length === 0 ||
    pictures.some((values) => values.length === 0 || !values.every(Number.isFinite))
  ) {
    throw new RangeError('the level of good pictures needs at least one, each with finite values');
  }
  const n = plain.length;
  const ordinary = mean(plain);
  const copies = pictures.filter((values) => values.length > 1);
  const weight = copies.length > 0 ? DISTURBED_COUNTS : 0;
  const disturbed = copies.length > 0 ? mean(copies.map(variance)) : 0;
  const degrees = n - 1 + weight;
  if (degrees === 0) return { ordinary, threshold: aboveEqual(ordinary) };
  const spread = Math.sqrt(((n - 1) * (n > 1 ? variance(plain) : 0) + weight * disturbed) / degrees);
  const threshold = ordinary + studentQuantile(share, degrees) * Math.sqrt(1 + 1 / n) * spread;
  return { ordinary, threshold: Math.max(threshold, aboveEqual(ordinary)) };
}

/** How often any of some good pictures would be called odd, were their scores to scatter normally. */
const ODD_BY_CHANCE = 0.05;

/**
 * Which of some good pictures scores far above what the others let one expect: it may be none of a good one. It lies above `levelOf` of the others both with and
 * without their disturbed copies, which by themselves would call far too many odd where copies scatter less than pictures do. Of lots of pictures that are all alike
 * one in twenty has such a one where scores scatter normally, up to twice as many where they are skewed as maxima are. Null for none, and below four pictures,
 * which say too little.
 * @param pictures as `levelOf` takes them, each scored by a detector that did not learn it.
 */
export function oddOneOf(pictures: readonly (readonly number[])[]): number | null {
  if (pictures.length < 4) return null;
  const highest = pictures.reduce((most, [value], i) => (value > pictures[most][0] ? i : most), 0);
  const others = pictures.filter((_, i) => i !== highest);
  const share = 1 - ODD_BY_CHANCE / pictures.length;
  const bounds = [others, others.map(([value]) => [value])].map((some) => levelOf(some, share).threshold);
  return pictures[highest][0] > Math.max(...bounds) ? highest : null;
}

/**
 * A value on the scale of 0 to 1 that all methods share: 0.5 is the threshold, 0.25 what an ordinary good picture has,
 * 0.75 as far above the threshold as that one lies below. Strictly increasing, so that a ranking stays what it was.
 */
export function onScale(value: number, { ordinary, threshold }: Level): number {
  const z = (value - threshold) / (threshold - ordinary);
  return 0.5 + (0.5 * z) / (1 + Math.abs(z));
}

/** The value that `onScale` brings to `scaled`, which lies between 0 and 1. */
export function fromScale(scaled: number, { ordinary, threshold }: Level): number {
  const z = (scaled - 0.5) / (0.5 - Math.abs(scaled - 0.5));
  return threshold + z * (threshold - ordinary);
}

/** Mean of at least one value. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Sample variance (n - 1) of at least two values. */
function variance(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}

/** A threshold for good pictures that are all alike: above them by what single precision may lose. */
const aboveEqual = (value: number): number => value + Math.max(1e-6 * Math.abs(value), 1e-9);
