import { randomStream } from '@fsad/tensors';
import { rankingAuroc } from './auroc.ts';
import { normalQuantile } from './distributions.ts';
import { quantileOfSorted } from './statistics.ts';
import { rank, type Labels, type Ranking } from './ranking.ts';

/** An AUROC with its confidence interval. */
export interface AurocInterval {
  readonly auroc: number;
  readonly low: number;
  readonly high: number;
  /** Coverage aimed at, e.g. 0.95. */
  readonly level: number;
  /** How the interval was made; `newcombe` stands in where DeLong's variance is zero or undefined. */
  readonly method: 'delong' | 'newcombe' | 'bootstrap';
}

/**
 * AUROC with a confidence interval over the test items.
 *
 * By default DeLong's (DeLong, DeLong and Clarke-Pearson 1988), clipped to [0, 1]. Where its variance is zero (classes
 * perfectly apart) or undefined (one item in a class) the score interval of Newcombe 2006 (method 5) is given instead,
 * which is never empty. `method: 'bootstrap'` takes percentiles over resamples drawn within each class.
 * @param options.level coverage, 0.95 when left out
 * @param options.resamples for the bootstrap, 2,000 when left out
 * @param options.seed for the bootstrap, 0 when left out
 * @throws RangeError for unequal lengths, a NaN score, or a set with one class only
 */
export function aurocInterval(
  scores: ArrayLike<number>,
  anomalous: Labels,
  options: { level?: number; method?: 'delong' | 'bootstrap'; resamples?: number; seed?: number } = {},
): AurocInterval {
  const { level = 0.95, method = 'delong', resamples = 2000, seed = 0 } = options;
  const ranking = rank(scores, anomalous);
  if (method === 'bootstrap') return bootstrapInterval(ranking, level, resamples, seed);
  const area = rankingAuroc(ranking);
  const variance = delongVariance(ranking);
  const z = normalQuantile((1 + level) / 2);
  if (!(variance > 0)) return newcombeInterval(area, ranking, level, z);
  const half = z * Math.sqrt(variance);
  return {
    auroc: area,
    low: Math.max(0, area - half),
    high: Math.min(1, area + half),
    level,
    method: 'delong',
  };
}

/** Variance of the AUROC after DeLong: sample variances of the placements of each class in the other. NaN for a class of one. */
export function delongVariance({ normal, anomalous }: Ranking): number {
  return (
    placementVariance(normal, anomalous) / normal.length +
    placementVariance(anomalous, normal) / anomalous.length
  );
}

/** Sample variance over `items` of the fraction of `others` below each, ties one half. Both ascending. */
function placementVariance(items: ArrayLike<number>, others: ArrayLike<number>): number {
  let below = 0;
  let upTo = 0;
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < items.length; i++) {
    while (below < others.length && others[below] < items[i]) below++;
    while (upTo < others.length && others[upTo] <= items[i]) upTo++;
    const placement = (below + upTo) / (2 * others.length);
    const step = placement - mean;
    mean += step / (i + 1);
    squares += step * (placement - mean);
  }
  return squares / (items.length - 1);
}

/** Newcombe's method 5: the areas whose own standard error would place the observed one at most z away. */
function newcombeInterval(area: number, ranking: Ranking, level: number, z: number): AurocInterval {
  const { normal, anomalous } = ranking;
  const extra = (normal.length + anomalous.length) / 2 - 1;
  const error = (truth: number): number =>
    Math.sqrt(
      (truth * (1 - truth) * (1 + extra * ((1 - truth) / (2 - truth) + truth / (1 + truth)))) /
        (normal.length * anomalous.length),
    );
  const solve = (inside: number, outside: number): number => {
    for (let i = 0; i < 60; i++) {
      const middle = (inside + outside) / 2;
      if (Math.abs(middle - area) <= z * error(middle)) inside = middle;
      else outside = middle;
    }
    return inside;
  };
  return { auroc: area, low: solve(area, 0), high: solve(area, 1), level, method: 'newcombe' };
}

function bootstrapInterval(ranking: Ranking, level: number, resamples: number, seed: number): AurocInterval {
  const { normal, anomalous } = ranking;
  const stream = randomStream(seed, 'auroc/bootstrap');
  const draw = (count: number): Uint32Array => {
    const taken = new Uint32Array(count);
    for (let i = 0; i < count; i++) taken[stream.integer(count)]++;
    return taken;
  };
  const areas = Array.from({ length: resamples }, () =>
    weightedAuroc(ranking, draw(normal.length), draw(anomalous.length)),
  );
  areas.sort((a, b) => a - b);
  return {
    auroc: rankingAuroc(ranking),
    low: quantileOfSorted(areas, (1 - level) / 2),
    high: quantileOfSorted(areas, (1 + level) / 2),
    level,
    method: 'bootstrap',
  };
}

/** AUROC where item i of a class counts as often as its entry says; entries of a class sum to its size. */
function weightedAuroc(
  { normal, anomalous }: Ranking,
  normalTimes: Uint32Array,
  anomalousTimes: Uint32Array,
): number {
  let below = 0;
  let belowTimes = 0;
  let upTo = 0;
  let upToTimes = 0;
  let twiceWon = 0;
  for (let p = 0; p < anomalous.length; p++) {
    while (below < normal.length && normal[below] < anomalous[p]) belowTimes += normalTimes[below++];
    while (upTo < normal.length && normal[upTo] <= anomalous[p]) upToTimes += normalTimes[upTo++];
    twiceWon += anomalousTimes[p] * (belowTimes + upToTimes);
  }
  return twiceWon / (2 * normal.length * anomalous.length);
}
