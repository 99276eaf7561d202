import { expect, it } from 'vitest';
import { normalDistribution, normalQuantile, studentQuantile } from '../src/distributions.ts';

// Expected numbers: scipy 1.17, stats.norm.ppf and stats.t.ppf.
it.each([
  [0.975, 1.959963984540054],
  [0.9, 1.2815515655446004],
  [0.5001, 0.0002506628300880075],
  [0.001, -3.090232306167813],
  [1e-10, -6.361340902404056],
])('the normal quantile of %f is %f', (probability, expected) => {
  expect(normalQuantile(probability)).toBeCloseTo(expected, 11);
});

it.each([
  [0.975, 9, 2.262157162798205],
  [0.975, 1, 12.706204736174694],
  [0.995, 2.5, 7.163728138948783],
  [0.05, 30, -1.6972608865939574],
  [0.975, 400.3, 1.9659078720333207],
])('the t quantile of %f with %f degrees of freedom is %f', (probability, degrees, expected) => {
  expect(studentQuantile(probability, degrees)).toBeCloseTo(expected, 9);
});

it('the normal distribution is symmetric about its median', () => {
  expect(normalDistribution(0)).toBe(0.5);
  expect(normalDistribution(1.3) + normalDistribution(-1.3)).toBeCloseTo(1, 15);
});

it('a quantile outside (0, 1) is refused', () => {
  expect(() => normalQuantile(1)).toThrow('between 0 and 1');
  expect(() => studentQuantile(0.5, 0)).toThrow('positive degrees');
});
