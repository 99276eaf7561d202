import { describe, expect, it } from 'vitest';
import { pairedBootstrap, wilcoxonSignedRank } from '../src/index.ts';

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
    expect(wilcoxonSignedRank([1, 2], [1, 2]).p).toBe(1);
  });

  it('does not depend on the order of the two methods', () => {
    expect(wilcoxonSignedRank(theirs, ours).p).toBe(wilcoxonSignedRank(ours, theirs).p);
  });
});

describe('pairedBootstrap', () => {
  it('has the mean difference and an interval about it of the size of the t interval', () => {
    const result = pairedBootstrap(ours, theirs);
    expect(result.meanDifference).toBeCloseTo(1.9, 12);
    // numpy: 1.96 * std(ddof=1) / sqrt(10) is 1.50; percentile intervals of ten values run a little shorter.
    expect(result.high - result.low).toBeGreaterThan(2.4);
    expect(result.high - result.low).toBeLessThan(3.1);
  });

  it('repeats itself for a seed', () => {
    expect(pairedBootstrap(ours, theirs, { seed: 4, resamples: 500 })).toEqual(
      pairedBootstrap(ours, theirs, { seed: 4, resamples: 500 }),
    );
  });

  it('keeps differences between strata out of the interval', () => {
    const a = [1, 1, 5, 5];
    const b = [0, 0, 0, 0];
    expect(pairedBootstrap(a, b, { strata: ['x', 'x', 'y', 'y'], resamples: 200 })).toMatchObject({
      low: 3,
      high: 3,
    });
    expect(pairedBootstrap(a, b, { resamples: 200 }).low).toBeLessThan(3);
  });

  it('refuses lists that do not pair', () => {
    expect(() => pairedBootstrap([1], [1, 2])).toThrow('1 and 2 values do not pair');
  });
});
