import { describe, expect, it } from 'vitest';
import { randomStream } from '@fsad/tensors';
import { anomalyScores, minMaxScores, officialScore, patchCount, scaleNormality } from '../src/index.ts';

/** Sums, as Eq. 12 has them. */
const paperScore = { patches: 'sum', scales: 'sum' } as const;

describe('patchCount', () => {
  it('is int(P f), as docs/presets.md#8.11 lists it, and at least 1', () => {
    const maps = [256, 484, 961, 1681, 2916];
    expect(maps.map((p) => patchCount(p, 0.05))).toEqual([12, 24, 48, 84, 145]);
    expect(maps.map((p) => patchCount(p, 0.1))).toEqual([25, 48, 96, 168, 291]);
    expect(maps.map((p) => patchCount(p, 0.01))).toEqual([2, 4, 9, 16, 29]);
    expect(patchCount(4, 0.01)).toBe(1);
    expect(patchCount(4, 1)).toBe(4);
  });

  it('refuses a fraction outside (0, 1]', () => {
    for (const fraction of [0, -0.1, 1.1, NaN]) expect(() => patchCount(4, fraction)).toThrow(/fraction/);
  });
});

describe('scaleNormality', () => {
  const count = 2;
  const patches = 60;
  // Two canvases with 2 and 1 windows.
  const probabilities = [0, 1].map((c) =>
    Float32Array.from(
      randomStream(3, `p/${c}`).normal((2 - c) * count * patches),
      (v) => 1 / (1 + Math.exp(v)),
    ),
  );

  /** By the formula: sort, take, add. */
  function plain(image: number, fraction: number, mean: boolean): number {
    let total = 0;
    for (const canvas of probabilities) {
      for (let w = 0; w < canvas.length / (count * patches); w++) {
        const start = (w * count + image) * patches;
        const sorted = [...canvas.subarray(start, start + patches)].sort((a, b) => a - b);
        const kept = sorted.slice(0, Math.max(1, Math.trunc(patches * fraction)));
        total += kept.reduce((a, b) => a + b, 0) / (mean ? kept.length : 1);
      }
    }
    return total;
  }

  it.each([officialScore, paperScore])('sums over windows the %o over the lowest patches', (settings) => {
    const fractions = [1, 0.05, 0.5, 0.001, 0.051];
    const result = scaleNormality(probabilities, count, patches, fractions, settings);
    for (const image of [0, 1]) {
      for (const [f, fraction] of fractions.entries()) {
        expect(result[image][f]).toBeCloseTo(plain(image, fraction, settings.patches === 'mean'), 9);
      }
    }
  });

  it('is exactly 1 for M uniform probabilities of 1/M (docs/presets.md#8.9)', () => {
    const uniform = Array.from({ length: 4 }, () => new Float32Array(patches).fill(0.25));
    expect([...scaleNormality(uniform, 1, patches, [1, 0.1], officialScore)[0]]).toEqual([1, 1]);
  });

  it('takes equal values', () => {
    const flat = [new Float32Array(7).fill(0.5)];
    expect([...scaleNormality(flat, 1, 7, [1, 0.3], paperScore)[0]]).toEqual([3.5, 1]);
  });

  it('leaves the probabilities as they were', () => {
    const before = probabilities.map((canvas) => canvas.slice());
    scaleNormality(probabilities, count, patches, [0.2], officialScore);
    expect(probabilities).toEqual(before);
  });

  it('refuses arrays that are no whole windows', () => {
    expect(() => scaleNormality([new Float32Array(61)], 1, 60, [1], officialScore)).toThrow(/61/);
  });
});

describe('anomalyScores', () => {
  const normality = [
    [Float64Array.of(3, 1), Float64Array.of(5, 2)],
    [Float64Array.of(7, 4), Float64Array.of(1, 0)],
  ];

  it('is the negative mean over scales, with that of every scale and of every fraction, the primary one first', () => {
    expect(anomalyScores(normality, [1, 0.1], 0.1, officialScore)).toEqual([
      {
        value: -2.5,
        scales: [-1, -4],
        fractions: [
          { fraction: 0.1, value: -2.5 },
          { fraction: 1, value: -5 },
        ],
      },
      {
        value: -1,
        scales: [-2, -0],
        fractions: [
          { fraction: 0.1, value: -1 },
          { fraction: 1, value: -3 },
        ],
      },
    ]);
  });

  it('is the negative sum over scales for the paper', () => {
    expect(anomalyScores(normality, [1, 0.1], 1, paperScore).map(({ value }) => value)).toEqual([-10, -6]);
  });

  it('refuses a primary fraction that was not computed', () => {
    expect(() => anomalyScores(normality, [1, 0.1], 0.2, officialScore)).toThrow(/0.2 is not among 1, 0.1/);
  });
});

describe('minMaxScores', () => {
  it('scales every scale to 0 .. 1 over the images, then takes the mean', () => {
    const scores = minMaxScores([
      [0, 10],
      [1, 20],
      [4, 10],
    ]);
    expect(scores).toEqual([0, 0.25 / 2 + 0.5, 0.5]);
  });

  it('counts a scale on which all agree as 0', () => {
    expect(minMaxScores([[3], [3]])).toEqual([0, 0]);
  });
});
