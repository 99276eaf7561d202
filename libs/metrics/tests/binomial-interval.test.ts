import { describe, expect, it } from 'vitest';
import { binomialInterval } from '../src/index.ts';

describe('interval of a share', () => {
  it.each([
    // Clopper and Pearson: 1 - 0.025^(1/10) for none of ten; R's binom.test for the others.
    [0, 10, 0, 0.308498],
    [5, 10, 0.187086, 0.812914],
    [10, 10, 0.691502, 1],
    [3, 500, 0.001239, 0.017436],
  ])('%i of %i lies in %f to %f', (successes, trials, low, high) => {
    const interval = binomialInterval(successes, trials);
    expect(interval.low).toBeCloseTo(low, 5);
    expect(interval.high).toBeCloseTo(high, 5);
  });

  it('refuses more successes than trials', () => {
    expect(() => binomialInterval(3, 2)).toThrow(/3 of 2/);
  });
});
