import { descend, rank, type Labels, type Ranking } from './ranking.ts';

/**
 * Area under the ROC curve: the probability that an anomalous item scores above a normal one, ties counting one half.
 *
 * Exact (the Mann-Whitney statistic divided by the number of pairs), in n log n time. Constant scores give 0.5.
 * @param scores higher is more anomalous
 * @throws RangeError for unequal lengths, a NaN score, or a set with one class only
 */
export function auroc(scores: ArrayLike<number>, anomalous: Labels): number {
  return rankingAuroc(rank(scores, anomalous));
}

/** {@link auroc} of scores already split and sorted. */
export function rankingAuroc({ normal, anomalous }: Ranking): number {
  let below = 0;
  let upTo = 0;
  let twiceWon = 0;
  for (let p = 0; p < anomalous.length; p++) {
    while (below < normal.length && normal[below] < anomalous[p]) below++;
    while (upTo < normal.length && normal[upTo] <= anomalous[p]) upTo++;
    twiceWon += below + upTo;
  }
  return twiceWon / (2 * normal.length * anomalous.length);
}

/** The ROC curve, one point a distinct score from the highest down, with (0, 0) put in front. */
export interface RocCurve {
  readonly falsePositiveRate: Float64Array;
  readonly truePositiveRate: Float64Array;
  /** An item is called anomalous when its score is at least this; the first is Infinity. */
  readonly threshold: Float64Array;
}

/** The ROC curve of `scores`; its trapezoidal area is {@link auroc}. @throws as {@link auroc}. */
export function rocCurve(scores: ArrayLike<number>, anomalous: Labels): RocCurve {
  const ranking = rank(scores, anomalous);
  const points: [number, number, number][] = [[0, 0, Infinity]];
  descend(ranking, (threshold, n, p) => {
    points.push([n / ranking.normal.length, p / ranking.anomalous.length, threshold]);
  });
  return {
    falsePositiveRate: Float64Array.from(points, (point) => point[0]),
    truePositiveRate: Float64Array.from(points, (point) => point[1]),
    threshold: Float64Array.from(points, (point) => point[2]),
  };
}
