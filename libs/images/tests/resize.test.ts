import { describe, expect, it } from 'vitest';
import { tensor } from '@fsad/tensors';
import { fromLevels, toLevels } from '../src/levels.ts';
import { resample, resampler, resize, resizeQuantised } from '../src/resize.ts';

/** Row i of a resampler as input index -> weight. */
function row(axis: ReturnType<typeof resampler>, i: number): Map<number, number> {
  const sums = new Map<number, number>();
  for (let j = i * axis.taps; j < (i + 1) * axis.taps; j++) {
    sums.set(axis.indices[j], (sums.get(axis.indices[j]) ?? 0) + axis.weights[j]);
  }
  return sums;
}

describe('resampler', () => {
  it('cuts and renormalises the kernel at the first pixel under the official border (published weights, 64 to 51)', () => {
    const first = row(resampler(64, 51, 'official', Math.sqrt(Math.sqrt(25 / 64))), 0);
    for (const [index, weight] of [0.8006, 0.253, -0.0537].entries())
      expect(first.get(index)).toBeCloseTo(weight, 4);
  });

  it('mirrors at the last pixel under the official border (published weights, 64 to 51)', () => {
    const axis = resampler(64, 51, 'official', Math.sqrt(Math.sqrt(25 / 64)));
    const last = row(axis, 50);
    expect(last.get(61)).toBeCloseTo(-0.005 + 0, 4);
    expect(last.get(62)).toBeCloseTo(-0.0291 - 0.057, 4);
    expect(last.get(63)).toBeCloseTo(0.6408 + 0.4503, 4);
  });

  it('is symmetric under the mirror border', () => {
    const axis = resampler(64, 51, 'mirror');
    for (const i of [0, 1, 25]) {
      for (const [index, weight] of row(axis, i)) {
        expect(row(axis, 50 - i).get(63 - index) ?? 0).toBeCloseTo(weight, 12);
      }
    }
  });

  it.each(['official', 'mirror'] as const)('keeps a constant image constant with border %s', (border) => {
    for (const [from, to] of [
      [26, 33],
      [64, 26],
      [5, 40],
      [40, 3],
    ]) {
      const axis = resampler(from, to, border);
      const result = resample(new Float32Array(from * from).fill(0.3), 1, 1, axis, axis);
      expect(Math.max(...result.map((v) => Math.abs(v - Math.fround(0.3))))).toBeLessThan(1e-12);
    }
  });

  it('reproduces a quadratic away from the border when enlarging (Keys, a = -0.5, is exact to third order)', () => {
    const [from, to] = [16, 40];
    const axis = resampler(from, to, 'mirror');
    const line = resample(
      Float64Array.from({ length: from }, (_, x) => x * x),
      1,
      1,
      resampler(1, 1, 'mirror'),
      axis,
    );
    for (let i = 8; i < 32; i++) expect(line[i]).toBeCloseTo(((i + 0.5) * (from / to) - 0.5) ** 2, 9);
  });

  it('rejects a side of zero', () => {
    expect(() => resampler(0, 4, 'mirror')).toThrow(/side of 0 to 4/);
  });
});

describe('resize', () => {
  it('resizes rows and columns of every image and channel by themselves', () => {
    const images = tensor([2, 4, 6, 3]);
    for (let n = 0; n < 2; n++) {
      for (let y = 0; y < 4; y++) {
        for (let x = 0; x < 6; x++) {
          for (let c = 0; c < 3; c++) images.data[((n * 4 + y) * 6 + x) * 3 + c] = n + (c + 1) * (y - 2 * x);
        }
      }
    }
    const result = resize(images, resampler(4, 8, 'mirror'), resampler(6, 12, 'mirror'));
    expect(result.shape).toEqual([2, 8, 12, 3]);
    const [n, y, x, c] = [1, 4, 6, 2];
    const expected = n + (c + 1) * ((y + 0.5) / 2 - 0.5 - 2 * ((x + 0.5) / 2 - 0.5));
    expect(result.data[((n * 8 + y) * 12 + x) * 3 + c]).toBeCloseTo(expected, 5);
  });

  it('clamps to [-1, 1] when quantised', () => {
    const step = tensor([1, 1, 8, 1], Float32Array.of(-1, -1, -1, -1, 1, 1, 1, 1));
    const plain = resize(step, resampler(1, 1, 'mirror'), resampler(8, 32, 'mirror'));
    const clamped = resizeQuantised(step, resampler(1, 1, 'mirror'), resampler(8, 32, 'mirror'));
    expect(Math.max(...plain.data)).toBeGreaterThan(1.05);
    expect(Math.max(...clamped.data)).toBe(1);
  });
});

describe('levels', () => {
  it('lowers 63 of the 256 levels by one in a plain round trip (docs/presets.md#2.11)', () => {
    const levels = Uint8Array.from({ length: 256 }, (_, i) => i);
    const back = toLevels(fromLevels(levels));
    const lowered = levels.filter((level, i) => back[i] === level - 1).length;
    expect(lowered).toBe(63);
    expect(levels.filter((level, i) => back[i] === level).length).toBe(256 - 63);
  });

  it('truncates and clamps', () => {
    expect([...toLevels(Float32Array.of(-3, -1, 0, 0.999, 1, 3))]).toEqual([0, 0, 127, 254, 255, 255]);
  });
});
