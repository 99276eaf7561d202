/** Labels beside scores: a true or non-zero entry marks an anomalous item. */
export type Labels = ArrayLike<boolean | number>;

/** Scores of the two classes apart, each ascending. Everything a ranking measure needs. */
export interface Ranking {
  readonly normal: Float32Array | Float64Array;
  readonly anomalous: Float32Array | Float64Array;
}

/**
 * Splits scores by label and sorts each side.
 *
 * Higher scores mean more anomalous. Takes n log n time; infinite scores are allowed and rank as such.
 * @throws RangeError when lengths differ, a score is NaN, or one of the classes is empty; the message names which.
 */
export function rank(scores: ArrayLike<number>, anomalous: Labels): Ranking {
  if (scores.length !== anomalous.length) {
    throw new RangeError(
      `${scores.length} scores but ${anomalous.length} labels; each score needs one label`,
    );
  }
  let positives = 0;
  for (let i = 0; i < scores.length; i++) {
    if (Number.isNaN(scores[i])) {
      throw new RangeError(
        `score ${i} is NaN; a ranking of scores needs numbers (did the training diverge?)`,
      );
    }
    if (anomalous[i]) positives++;
  }
  const negatives = scores.length - positives;
  if (positives === 0 || negatives === 0) {
    throw new RangeError(
      `the set holds ${negatives} normal and ${positives} anomalous items; ` +
        'ranking measures such as AUROC need at least one of each',
    );
  }
  const Values = scores instanceof Float32Array ? Float32Array : Float64Array;
  const split = { normal: new Values(negatives), anomalous: new Values(positives) };
  let n = 0;
  let p = 0;
  for (let i = 0; i < scores.length; i++) {
    if (anomalous[i]) split.anomalous[p++] = scores[i];
    else split.normal[n++] = scores[i];
  }
  split.normal.sort();
  split.anomalous.sort();
  return split;
}

/**
 * Walks the distinct scores from the highest down and reports how many items of each class reach that score.
 *
 * Calls `visit(threshold, normal, anomalous)` with the counts of items whose score is at least `threshold`.
 */
export function descend(
  { normal, anomalous }: Ranking,
  visit: (threshold: number, normal: number, anomalous: number) => void,
): void {
  let n = normal.length;
  let p = anomalous.length;
  while (n > 0 || p > 0) {
    const threshold = Math.max(n > 0 ? normal[n - 1] : -Infinity, p > 0 ? anomalous[p - 1] : -Infinity);
    while (n > 0 && normal[n - 1] === threshold) n--;
    while (p > 0 && anomalous[p - 1] === threshold) p--;
    visit(threshold, normal.length - n, anomalous.length - p);
  }
}
