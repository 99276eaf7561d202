import { expect, it } from 'vitest';
import { ownThreshold } from '../src/index.ts';

it('lies in the middle of the gap between good and defective pictures that are apart', () => {
  const { threshold, falseAlarms, misses } = ownThreshold([1, 2, 3], [7, 8]);
  expect(threshold).toBe(5);
  expect(falseAlarms).toMatchObject({ wrong: 0, of: 3 });
  expect(misses).toMatchObject({ wrong: 0, of: 2 });
});

it('makes the sum of both rates least where they overlap', () => {
  // Between 3 and 5 one of five good ones and one of six defective ones are on the wrong side; anywhere else it is more.
  expect(ownThreshold([1, 2, 2.5, 3, 9], [2.8, 5, 6, 7, 7.1, 7.2]).threshold).toBe(4);
});

it('with twenty good pictures and more takes the one that 95 of 100 pass by rank', () => {
  const good = Array.from({ length: 39 }, (_, i) => i + 1);
  expect(ownThreshold(good, []).threshold).toBe(38);
});

it('counts errors at the threshold that the other pictures ask for, with an interval that few pictures make wide', () => {
  const { falseAlarms } = ownThreshold([1, 1.1, 0.9, 1, 9], []);
  expect(falseAlarms).toMatchObject({ wrong: 1, of: 5 });
  expect(falseAlarms.interval.low).toBeCloseTo(0.0051, 3);
  expect(falseAlarms.interval.high).toBeCloseTo(0.7164, 3);
});

it('refuses a single good picture', () => {
  expect(() => ownThreshold([1], [2])).toThrow(/at least two good pictures, got 1/);
});
