import { describe, expect, it } from 'vitest';
import { averagePrecision, bestF1 } from '../src/index.ts';

const scores = [0.1, 0.4, 0.35, 0.8, 0.7, 0.35, 0.2, 0.9, 0.6, 0.35, 0.5, 0.05];
const anomalous = [0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0];

describe('bestF1', () => {
  it('equals the maximum over scikit-learn 1.9.1 precision_recall_curve', () => {
    const best = bestF1(scores, anomalous);
    expect(best.f1).toBeCloseTo(0.7142857142857143, 14);
    expect(best).toMatchObject({ threshold: 0.35, recall: 1 });
    expect(best.precision).toBeCloseTo(5 / 9, 14);
  });

  it('is 1 at the lowest anomalous score when the classes are apart', () => {
    expect(bestF1([1, 2, 5, 6], [0, 0, 1, 1])).toEqual({ f1: 1, threshold: 5, precision: 1, recall: 1 });
  });

  it('calls everything anomalous when scores are constant', () => {
    expect(bestF1([3, 3, 3], [1, 0, 0])).toMatchObject({ f1: 0.5, recall: 1 });
  });
});

describe('averagePrecision', () => {
  it('equals scikit-learn 1.9.1 average_precision_score on scores with ties', () => {
    expect(averagePrecision(scores, anomalous)).toBeCloseTo(0.7722222222222221, 14);
  });

  it('is the share of anomalous items when scores are constant', () => {
    expect(averagePrecision([1, 1, 1, 1], [1, 0, 0, 0])).toBe(0.25);
  });
});
