import { describe, expect, it } from 'vitest';
import {
  classAverage,
  difference,
  estimate,
  estimateInterval,
  meanInterval,
  summarize,
} from '../src/index.ts';

const aurocs = [61.2, 64.8, 59.9, 70.1, 66.4];

describe('summarize', () => {
  it('gives the mean and the n - 1 standard deviation (numpy 2, ddof=1)', () => {
    const summary = summarize(aurocs);
    expect(summary.count).toBe(5);
    expect(summary.mean).toBeCloseTo(64.48, 12);
    expect(summary.std).toBeCloseTo(4.095973632727631, 12);
  });

  it('has no spread for one value rather than zero', () => {
    expect(summarize([0.7])).toEqual({ count: 1, mean: 0.7, std: null });
    expect(meanInterval(summarize([0.7]))).toBeNull();
  });

  it('refuses no values and names one that is not finite', () => {
    expect(() => summarize([])).toThrow('at least one value');
    expect(() => summarize([1, Infinity])).toThrow('value 1 of 2 is Infinity');
  });
});

describe('meanInterval', () => {
  it('equals scipy 1.17 stats.t.interval', () => {
    const interval = meanInterval(summarize(aurocs));
    expect(interval?.low).toBeCloseTo(59.3941770026502, 9);
    expect(interval?.high).toBeCloseTo(69.56582299734977, 9);
  });

  it('is none for two values, whose t has one degree of freedom, and for values that do not vary', () => {
    expect(meanInterval(summarize([59.9, 70.1]))).toBeNull();
    expect(meanInterval(summarize([70, 70, 70]))).toBeNull();
    expect(meanInterval(summarize([59.9, 70.1, 66]))).not.toBeNull();
  });

  it('ends where the quantity does', () => {
    // t(0.975, 2) = 4.3027 (tables): 0.9 +- 4.3027 * 0.1 / sqrt(3) reaches beyond 1.
    const interval = meanInterval(summarize([0.8, 0.9, 1]), { range: [0, 1] });
    expect(interval?.high).toBe(1);
    expect(interval?.low).toBeCloseTo(0.9 - (4.302652729911275 * 0.1) / Math.sqrt(3), 9);
  });
});

describe('classAverage', () => {
  it('averages class means and class stds separately, as the paper prints them', () => {
    // Two classes: {1, 2, 3} with mean 2, std 1; {10, 13, 16} with mean 13, std 3.
    const average = classAverage([summarize([1, 2, 3]), summarize([10, 13, 16])]);
    expect(average.mean).toBe(7.5);
    expect(average.meanOfStds).toBeCloseTo(2, 14);
    // Var of the mean of class means: (1/3 + 9/3) / 4; Welch: (10/3)^2 / ((1/9 + 9) / 2).
    expect(average.standardError).toBeCloseTo(Math.sqrt(10 / 12), 14);
    expect(average.degrees).toBeCloseTo(100 / 9 / (82 / 9 / 2), 12);
  });

  it('has no spread when a class has fewer than three trials', () => {
    expect(classAverage([summarize([1, 2, 3]), summarize([4, 4])])).toMatchObject({
      mean: 3,
      meanOfStds: null,
      standardError: null,
    });
  });
});

describe('difference', () => {
  it("equals scipy 1.17 ttest_ind(equal_var=False)'s interval", () => {
    const by = difference(estimate(summarize(aurocs)), estimate(summarize([58.0, 61.1, 57.2])));
    expect(by.mean).toBeCloseTo(5.713333333333317, 12);
    expect(by.degrees).toBeCloseTo(5.963667932950644, 10);
    const interval = estimateInterval(by);
    expect(interval?.low).toBeCloseTo(0.3613824426610712, 8);
    expect(interval?.high).toBeCloseTo(11.065284224005563, 8);
  });

  it('has no interval when one side has fewer than three values', () => {
    const by = difference(estimate(summarize([3, 3])), estimate(summarize([1, 2, 1.5])));
    expect(by.mean).toBe(1.5);
    expect(estimateInterval(by)).toBeNull();
  });
});
