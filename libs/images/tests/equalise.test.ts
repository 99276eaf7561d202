import { describe, expect, it } from 'vitest';
import { clahe, equaliseClahe, equaliseHistogram } from '../src/equalise.ts';
import type { Image } from '../src/image.ts';

function grey(width: number, height: number, level: (x: number, y: number) => number): Image {
  const data = Uint8Array.from({ length: width * height }, (_, i) => level(i % width, Math.floor(i / width)));
  return { width, height, channels: 1, data };
}

describe('equaliseHistogram', () => {
  it('spreads the levels present over 0 .. 255 by cumulative count', () => {
    const image = grey(2, 2, (x, y) => [10, 20, 30, 40][2 * y + x]);
    expect([...equaliseHistogram(image).data]).toEqual([0, 85, 170, 255]);
  });

  it('leaves a constant channel and treats each channel by itself', () => {
    const image: Image = { width: 2, height: 1, channels: 3, data: Uint8Array.of(5, 9, 200, 7, 9, 100) };
    expect([...equaliseHistogram(image).data]).toEqual([0, 9, 255, 255, 9, 0]);
  });
});

describe('clahe', () => {
  it('gives a flat tile of 256 pixels the limit plus the redistributed share (formula of docs/presets.md#3.3)', () => {
    // Tile area 256, limit 2: bin 100 keeps 2, the excess 254 goes one each to the bins 0, 1, 2, ... 253.
    const image = grey(128, 128, () => 100);
    expect(new Set(equaliseClahe(image).data)).toEqual(new Set([Math.round((101 + 2) * (255 / 256))]));
  });

  it('takes sides that 8 does not divide', () => {
    // 8 tiles of 2 x 2 = 16 pixels a side for 9; the limit is 1, so the two levels of each flat tile differ little.
    const result = clahe(grey(9, 9, () => 3).data, 9, 9);
    expect(new Set(result).size).toBe(1);
  });

  it('equals OpenCV 5.0.0 where 8 divides neither side (values from it)', () => {
    const image = grey(20, 12, (x, y) => (9 * x + 31 * y + x * y) % 256);
    const rows = equaliseClahe(image).data;
    expect([...rows.subarray(0, 20)]).toEqual([
      42, 85, 107, 85, 99, 107, 85, 99, 107, 85, 92, 107, 85, 92, 107, 85, 92, 121, 128, 163,
    ]);
    expect([...rows.subarray(220)]).toEqual([
      128, 212, 220, 192, 219, 219, 192, 219, 255, 42, 107, 156, 170, 205, 227, 212, 219, 241, 234, 255,
    ]);
  });

  it('of a grey-valued RGB picture equals that of the grey picture, since saturation is zero', () => {
    const one = grey(32, 32, (x, y) => (7 * x + 5 * y) % 256);
    const three: Image = {
      ...one,
      channels: 3,
      data: Uint8Array.from({ length: 3 * 1024 }, (_, i) => one.data[Math.floor(i / 3)]),
    };
    const values = equaliseClahe(one).data;
    const red = equaliseClahe(three).data.filter((_, i) => i % 3 === 0);
    // Back from HSV in single precision, truncated: v * (1 / 255) * 255 may fall one short (docs/presets.md#3.8).
    expect(red.every((level, i) => values[i] - level === 0 || values[i] - level === 1)).toBe(true);
  });
});
