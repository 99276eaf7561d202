import { describe, expect, it } from 'vitest';
import { randomStream } from '@fsad/tensors';
import { fromScale, levelOf, onScale } from '../src/index.ts';
import { oddOneOf } from '../src/threshold.ts';

describe('the level of good pictures', () => {
  it("without copies is Student's prediction bound: mean + t s sqrt(1 + 1/n)", () => {
    const { ordinary, threshold } = levelOf([[1], [2], [3], [4], [5]]);
    expect(ordinary).toBe(3);
    expect(threshold).toBeCloseTo(3 + 2.13184678 * Math.sqrt(2.5 * 1.2), 6);
  });

  it('counts the deviation of disturbed copies as two further pictures', () => {
    // s^2 = (1 * 2 + 2 * 1) / 3, three degrees of freedom.
    const { threshold } = levelOf([
      [1, 2, 3],
      [3, 2, 4],
    ]);
    expect(threshold).toBeCloseTo(2 + 2.35336343 * Math.sqrt((4 / 3) * 1.5), 6);
  });

  it('lies above good pictures that are all alike, and says so of values that are no numbers', () => {
    const { ordinary, threshold } = levelOf([[2], [2], [2]]);
    expect(threshold).toBeGreaterThan(ordinary);
    expect(() => levelOf([])).toThrow(RangeError);
    expect(() => levelOf([[NaN]])).toThrow(RangeError);
  });

  it('passes about 95 of 100 further pictures, learned from five that scatter normally', () => {
    const random = randomStream(7, 'threshold');
    let alarms = 0;
    const repeats = 2000;
    for (let i = 0; i < repeats; i++) {
      const values = random.normal(6);
      if (values[5] > levelOf(Array.from(values.subarray(0, 5), (value) => [value])).threshold) alarms++;
    }
    expect(alarms / repeats).toBeGreaterThan(0.035);
    expect(alarms / repeats).toBeLessThan(0.065);
  });
});

describe('the scale of 0 to 1', () => {
  const level = { ordinary: -4, threshold: -1 };

  it('has 0.5 at the threshold, 0.25 at an ordinary good picture, 0.75 as far above as that lies below', () => {
    expect([-1, -4, 2].map((value) => onScale(value, level))).toEqual([0.5, 0.25, 0.75]);
  });

  it('keeps the order of scores however far they lie', () => {
    const scaled = [-1e9, -50, -4, -1, 0, 1, 100, 101, 1e6, 1e9].map((value) => onScale(value, level));
    expect(scaled).toEqual([...new Set(scaled)].sort((a, b) => a - b));
    expect(scaled.every((value) => value > 0 && value < 1)).toBe(true);
  });

  it('is inverted by fromScale', () => {
    for (const value of [-9, -4, -1, 0.5, 30])
      expect(fromScale(onScale(value, level), level)).toBeCloseTo(value, 9);
  });
});

describe('the odd one of good pictures', () => {
  const alike = [[1], [1.1], [0.9], [1.05]];

  it('is the one that scores far above the others, and none of few', () => {
    expect(oddOneOf(alike)).toBeNull();
    expect(oddOneOf([[1], [1.1], [4], [0.9], [1.05]])).toBe(2);
    // Far below is no fault.
    expect(oddOneOf([[1], [1.1], [-4], [0.9], [1.05]])).toBeNull();
    expect(oddOneOf([[1], [4], [1.1]])).toBeNull();
  });

  it('is not odd where its copies and those of the others scatter as far', () => {
    const scattered = alike.map(([value]) => [value, value - 2, value + 2, value]);
    expect(oddOneOf([...scattered, [4, 2, 6, 4]])).toBeNull();
  });

  /** The share of lots of `count` good pictures, with copies that scatter `ratio` times as far, in which one is called odd. */
  const share = (count: number, ratio: number, copies: number, skewed = false): number => {
    const random = randomStream(8, `odd/${count}/${ratio}/${copies}/${skewed}`);
    let found = 0;
    for (let lot = 0; lot < 3000; lot++) {
      const pictures = Array.from({ length: count }, () => {
        const value = skewed ? -Math.log(-Math.log(random.uniform())) : random.normal(1)[0];
        return [value, ...Array.from(random.normal(copies), (step) => value + ratio * step)];
      });
      if (oddOneOf(pictures) !== null) found++;
    }
    return found / 3000;
  };

  it('is found in about one lot of twenty that scatters normally, and in no more with copies that scatter less', () => {
    expect(share(6, 0, 0)).toBeGreaterThan(0.035);
    expect(share(6, 0, 0)).toBeLessThan(0.065);
    for (const ratio of [0.1, 0.3, 1]) expect(share(5, ratio, 4)).toBeLessThan(0.065);
    expect(share(5, 0.3, 4, true)).toBeLessThan(0.12);
  });
});
