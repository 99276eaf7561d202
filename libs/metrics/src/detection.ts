import { descend, rank, type Labels } from './ranking.ts';

/** The best F1 score over all thresholds and where it is reached. */
export interface BestF1 {
  readonly f1: number;
  /** The highest threshold that reaches it; an item is called anomalous when its score is at least this. */
  readonly threshold: number;
  readonly precision: number;
  readonly recall: number;
}

/**
 * The largest F1 = 2 TP / (2 TP + FP + FN) over all thresholds. An oracle figure: the threshold has seen the labels.
 * @throws RangeError for unequal lengths, a NaN score, or a set with one class only
 */
export function bestF1(scores: ArrayLike<number>, anomalous: Labels): BestF1 {
  const ranking = rank(scores, anomalous);
  const positives = ranking.anomalous.length;
  let best: BestF1 = { f1: -1, threshold: NaN, precision: 0, recall: 0 };
  descend(ranking, (threshold, falseAlarms, hits) => {
    const f1 = (2 * hits) / (hits + falseAlarms + positives);
    if (f1 > best.f1)
      best = { f1, threshold, precision: hits / (hits + falseAlarms), recall: hits / positives };
  });
  return best;
}

/**
 * Average precision: the sum over thresholds of precision times the recall gained there (no interpolation, as
 * scikit-learn's `average_precision_score`). Items of equal score enter together.
 * @throws RangeError for unequal lengths, a NaN score, or a set with one class only
 */
export function averagePrecision(scores: ArrayLike<number>, anomalous: Labels): number {
  const ranking = rank(scores, anomalous);
  let before = 0;
  let sum = 0;
  descend(ranking, (_threshold, falseAlarms, hits) => {
    if (hits > before) sum += (hits - before) * (hits / (hits + falseAlarms));
    before = hits;
  });
  return sum / ranking.anomalous.length;
}
