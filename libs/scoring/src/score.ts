import type { Score } from '@fsad/detector';
import { patchCount, smallestSums } from './select.ts';

/** How patches and scales add up to a score: sums (Eq. 12) or means (docs/presets.md#8.2, 8.4). Transformations are always summed. */
export interface ScoreSettings {
  readonly patches: 'mean' | 'sum';
  readonly scales: 'mean' | 'sum';
}

/** Means, as the published code takes them. */
export const officialScore: ScoreSettings = { patches: 'mean', scales: 'mean' };

/**
 * How normal each of `count` images is at one scale: sum over transformations of the mean or sum over the least probable fraction of patches of
 * the probability of the true class (Eq. 12; Sec. 3.3 for fractions below 1). High is normal.
 * @param probabilities what `DiscriminatorNetwork.score` gives: one array a canvas, [windows, count, P].
 * @param patches P, the patches of one window.
 * @returns [count][fractions].
 * @throws RangeError when a fraction is not in (0, 1] or an array does not hold whole windows.
 */
export function scaleNormality(
  probabilities: readonly Float32Array[],
  count: number,
  patches: number,
  fractions: readonly number[],
  settings: ScoreSettings,
): Float64Array[] {
  const counts = fractions.map((fraction) => patchCount(patches, fraction));
  const ascending = [...new Set(counts)].sort((a, b) => a - b);
  const places = counts.map((n) => ascending.indexOf(n));
  const scratch = new Float32Array(patches);
  const result = Array.from({ length: count }, () => new Float64Array(fractions.length));
  for (const canvas of probabilities) {
    if (canvas.length % (count * patches) !== 0) {
      throw new RangeError(`${canvas.length} probabilities are no whole windows of ${count} x ${patches}`);
    }
    for (let start = 0, row = 0; start < canvas.length; start += patches, row++) {
      scratch.set(canvas.subarray(start, start + patches));
      const sums = smallestSums(scratch, ascending);
      const image = result[row % count];
      for (const [f, place] of places.entries()) {
        image[f] += settings.patches === 'mean' ? sums[place] / ascending[place] : sums[place];
      }
    }
  }
  return result;
}

/** One number for all scales: their mean or sum. */
export function combineScales(perScale: readonly number[], settings: ScoreSettings): number {
  const sum = perScale.reduce((total, value) => total + value, 0);
  return settings.scales === 'mean' ? sum / perScale.length : sum;
}

/**
 * The anomaly scores of images from their normality at every scale: the negative of the combined normality, so that higher is more anomalous; with those of every
 * scale for the primary fraction, and those of every fraction, the primary one first.
 * @param normality [scale][image][fraction], as `scaleNormality` gives it, coarsest first.
 * @throws RangeError when the primary fraction is not among the fractions.
 */
export function anomalyScores(
  normality: readonly (readonly Float64Array[])[],
  fractions: readonly number[],
  primary: number,
  settings: ScoreSettings,
): Score[] {
  const first = fractions.indexOf(primary);
  if (first < 0) throw new RangeError(`the fraction ${primary} is not among ${fractions.join(', ')}`);
  const order = [first, ...fractions.keys()].filter((f, i, all) => all.indexOf(f) === i);
  return normality[0].map((_, image) => {
    const byFraction = order.map((f) => {
      const perScale = normality.map((scale) => scale[image][f]);
      return { fraction: fractions[f], value: -combineScales(perScale, settings) };
    });
    const scales = normality.map((scale) => -scale[image][first]);
    return { value: byFraction[0].value, scales, fractions: byFraction };
  });
}

/**
 * The published code's second figure (docs/presets.md#8.5): every scale scaled to 0 .. 1 over the whole test set, then the mean. Transductive: an image's
 * figure depends on the others. A scale on which all images agree counts as 0.
 * @param perScale [image][scale], anomaly scores (or normality; the orientation is kept).
 */
export function minMaxScores(perScale: readonly (readonly number[])[]): number[] {
  const scales = perScale[0]?.length ?? 0;
  const totals = perScale.map(() => 0);
  for (let n = 0; n < scales; n++) {
    let low = Infinity;
    let high = -Infinity;
    for (const image of perScale) {
      low = Math.min(low, image[n]);
      high = Math.max(high, image[n]);
    }
    if (high === low) continue;
    for (const [i, image] of perScale.entries()) totals[i] += (image[n] - low) / (high - low) / scales;
  }
  return totals;
}
