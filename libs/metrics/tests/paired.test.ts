import { describe, expect, it } from 'vitest';
import { pairedDifference, wilcoxonSignedRank } from '../src/index.ts';

const ours = [62.1, 70.4, 55.0, 61.2, 66.6, 71.9, 58.3, 64.0, 69.9, 60.1];
const theirs = [60.0, 71.0, 50.2, 61.0, 60.3, 70.1, 57.9, 65.2, 66.0, 58.8];

describe('wilcoxonSignedRank', () => {
  it("equals scipy 1.17 wilcoxon(method='exact') without ties", () => {
    const test = wilcoxonSignedRank(ours, theirs);
    expect(test).toMatchObject({ pairs: 10, negativeRanks: 7, positiveRanks: 48, exact: true });
    expect(test.p).toBeCloseTo(0.037109375, 14);
  });

  it('equals the enumeration of all sign patterns where differences tie, equal pairs dropped', () => {
    const test = wilcoxonSignedRank([5, 3, 8, 4, 7, 6, 2, 9], [4, 4, 6, 4, 5, 7, 1, 6]);
    expect(test).toMatchObject({ pairs: 7, positiveRanks: 23, negativeRanks: 5 });
    expect(test.p).toBeCloseTo(0.171875, 14);
  });

  it("equals scipy 1.17 wilcoxon(method='approx', correction=False) beyond 100 pairs, with ties", () => {
    const i = Array.from({ length: 150 }, (_, index) => index);
    const test = wilcoxonSignedRank(
      i.map((n) => (n * 7919) % 13),
      i.map((n) => (n * 104729) % 11),
    );
    expect(test).toMatchObject({ pairs: 138, exact: false });
    expect(Math.min(test.positiveRanks, test.negativeRanks)).toBe(3702);
    expect(test.p).toBeCloseTo(0.019902345806135844, 12);
  });

  it('finds no difference between equal measurements', () => {
    expect(wilcoxonSignedRank([1, 2, 3], [1, 2, 3]).p).toBe(1);
  });

  it('does not depend on the order of the two methods', () => {
    expect(wilcoxonSignedRank(theirs, ours).p).toBe(wilcoxonSignedRank(ours, theirs).p);
  });
});

describe('pairedDifference', () => {
  it("equals scipy 1.17 ttest_rel's interval over one stratum", () => {
    const result = pairedDifference(ours, theirs);
    expect(result).toMatchObject({ pairs: 10, over: 'trials' });
    expect(result.mean).toBeCloseTo(1.9, 12);
    // mean +- t(0.975, 9) * s / sqrt(10), s = 2.43082062046727 (numpy, ddof=1)
    const half = (2.262157162798205 * 2.43082062046727) / Math.sqrt(10);
    expect(result.interval?.low).toBeCloseTo(1.9 - half, 9);
    expect(result.interval?.high).toBeCloseTo(1.9 + half, 9);
  });

  it('keeps differences between strata out of the interval where each has three pairs', () => {
    const a = [1, 2, 3, 11, 12, 13];
    const zeros = a.map(() => 0);
    const strata = ['x', 'x', 'x', 'y', 'y', 'y'];
    const within = pairedDifference(a, zeros, { strata });
    // Std 1 in both: standard error sqrt(2 / 3) / 2 with 4 degrees of freedom, t(0.975, 4) = 2.7764451051977987.
    expect(within).toMatchObject({ mean: 7, over: 'trials' });
    expect(within.interval?.high).toBeCloseTo(7 + (2.7764451051977987 * Math.sqrt(2 / 3)) / 2, 9);
    expect(pairedDifference(a, zeros).interval?.high).toBeGreaterThan(12);
  });

  it('takes one mean a stratum where one has fewer than three pairs, however many the others have', () => {
    const a = [1, 2, 5, 6, 6, 7];
    const strata = ['x', 'y', 'z', 'z', 'z', 'z'];
    const result = pairedDifference(
      a,
      a.map(() => 0),
      { strata },
    );
    expect(result).toMatchObject({ pairs: 6, mean: 3, over: 'strata' });
    // Means 1, 2, 6: std sqrt(7), t(0.975, 2) = 4.302652729911275.
    expect(result.interval?.high).toBeCloseTo(3 + 4.302652729911275 * Math.sqrt(7 / 3), 9);
  });

  it('takes the pairs of both strata together where there are two, and one has fewer than three pairs', () => {
    const result = pairedDifference([1, 2, 6], [0, 0, 0], { strata: ['x', 'x', 'y'] });
    expect(result).toMatchObject({ mean: 3.75, over: 'pairs' });
    expect(result.interval?.high).toBeCloseTo(3.75 + 4.302652729911275 * Math.sqrt(7 / 3), 9);
  });

  it('has no interval where no pair differs from another', () => {
    expect(pairedDifference([57.4, 57.4, 57.4], [0, 0, 0])).toMatchObject({ mean: 57.4, interval: null });
  });

  it('refuses fewer than three pairs, as the test does', () => {
    expect(() => pairedDifference([1, 2], [0, 0])).toThrow('at least 3 pairs, got 2');
    expect(() => wilcoxonSignedRank([1, 2], [0, 0])).toThrow('at least 3 pairs, got 2');
  });

  it('refuses lists that do not pair', () => {
    expect(() => pairedDifference([1], [1, 2])).toThrow('1 and 2 values do not pair');
  });
});
