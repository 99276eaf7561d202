import { describe, expect, it } from 'vitest';
import { inferno } from '../src/colour-map.ts';
import { commonRange, enlarge, heatMap, heatMapOverlay, outlineMask, stretchMap } from '../src/index.ts';

const grey = (width: number, height: number, value: number) => ({
  width,
  height,
  channels: 1 as const,
  data: new Uint8Array(width * height).fill(value),
});

describe('inferno', () => {
  it('agrees with matplotlib 3.11 within 2 of 255 at a quarter, a half and three quarters', () => {
    const at = (step: number): number[] => [...inferno.subarray(3 * step, 3 * step + 3)];
    // matplotlib.colormaps['inferno'].colors[64], [128], [191], in 255ths
    [
      [64, 87, 16, 110],
      [128, 188, 55, 84],
      [191, 249, 140, 10],
    ].forEach(([step, ...expected]) => {
      at(step).forEach((value, c) => expect(Math.abs(value - expected[c])).toBeLessThanOrEqual(2));
    });
  });

  it('gets lighter at every fourth step, so that order survives in grey', () => {
    const luma = (i: number): number =>
      0.299 * inferno[3 * i] + 0.587 * inferno[3 * i + 1] + 0.114 * inferno[3 * i + 2];
    for (let i = 4; i < 256; i += 4) expect(luma(i)).toBeGreaterThan(luma(i - 4));
  });
});

describe('commonRange', () => {
  it('runs from the median to the 99.5th percentile over all maps', () => {
    const first = { width: 500, height: 1, data: Float32Array.from({ length: 500 }, (_, i) => i) };
    const second = { width: 501, height: 1, data: Float32Array.from({ length: 501 }, (_, i) => 500 + i) };
    expect(commonRange([first, second])).toEqual({ low: 500, high: 995 });
  });

  it('is never empty', () => {
    const flat = { width: 2, height: 1, data: new Float32Array([3, 3]) };
    expect(commonRange([flat])).toEqual({ low: 3, high: 4 });
    const spike = { width: 4, height: 1, data: new Float32Array([0, 0, 0, 7]) };
    expect(commonRange([spike])).toEqual({ low: 0, high: 7 });
  });

  it('refuses maps that are not finite', () => {
    expect(() => commonRange([{ width: 1, height: 1, data: new Float32Array([NaN]) }])).toThrow('not finite');
  });
});

describe('heatMap', () => {
  it('draws the range’s ends, and what lies beyond them, in the end colours', () => {
    const map = { width: 4, height: 1, data: new Float32Array([-5, 0, 1, 9]) };
    const { data } = heatMap(map, { low: 0, high: 1 });
    const [first, last] = [[...inferno.subarray(0, 3)], [...inferno.subarray(765)]];
    expect([...data]).toEqual([...first, ...first, ...last, ...last]);
  });
});

describe('heatMapOverlay', () => {
  it('leaves the image as muted grey where the map is low and colours it where high', () => {
    const map = { width: 2, height: 1, data: new Float32Array([0, 1]) };
    const { data } = heatMapOverlay(grey(2, 1, 100), map, { low: 0, high: 1 });
    expect([...data.subarray(0, 3)]).toEqual([99, 99, 99]);
    expect(data[3]).toBeGreaterThan(data[5] + 60);
  });

  it('stretches a small map over a larger image without shifting it', () => {
    const map = { width: 2, height: 2, data: new Float32Array([1, 0, 0, 0]) };
    const { data } = heatMapOverlay(grey(8, 8, 128), map, { low: 0, high: 1 });
    const red = (x: number, y: number): number => data[3 * (y * 8 + x)];
    expect(red(0, 0)).toBeGreaterThan(red(3, 3));
    expect(red(3, 0)).toBe(red(0, 3));
    expect(red(7, 7)).toBe(Math.round(0.75 * 128 + 24));
  });
});

describe('outlineMask', () => {
  it('draws the inner edge of a region and leaves its inside and outside alone', () => {
    const mask = { width: 5, height: 5, data: new Uint8Array(25) };
    for (const y of [1, 2, 3]) mask.data.fill(255, 5 * y + 1, 5 * y + 4);
    const image = grey(5, 5, 10);
    const { data } = outlineMask(image, mask, { colour: [255, 0, 0] });
    const red = Array.from({ length: 25 }, (_, i) => (data[3 * i] === 255 ? '#' : '.')).join('');
    expect(red.match(/.{5}/g)).toEqual(['.....', '.###.', '.#.#.', '.###.', '.....']);
    expect(image.data.every((value) => value === 10)).toBe(true);
  });

  it('fits a mask of another size to the image', () => {
    const mask = { width: 1, height: 2, data: [0, 1] };
    const { data } = outlineMask(grey(2, 4, 0), mask, { colour: [9, 9, 9] });
    expect([...data.filter((_, i) => i % 3 === 0)]).toEqual([0, 0, 0, 0, 9, 9, 0, 0]);
  });
});

describe('enlarge', () => {
  it('repeats pixels', () => {
    const image = { width: 2, height: 1, channels: 3 as const, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    expect([...enlarge(image, 2).data]).toEqual([
      1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6,
    ]);
  });

  it('refuses a factor that is no whole number', () => {
    expect(() => enlarge(grey(1, 1, 0), 1.5)).toThrow('whole factor');
  });
});

describe('stretching a map', () => {
  it('is bilinear with pixel centres at half steps, as torch interpolates without aligned corners', () => {
    const map = { width: 2, height: 1, data: Float32Array.of(0, 1) };
    expect([...stretchMap(map, 4, 2).data]).toEqual([0, 0.25, 0.75, 1, 0, 0.25, 0.75, 1]);
  });

  it('keeps a map of that size as it is', () => {
    const map = { width: 2, height: 1, data: Float32Array.of(0, 1) };
    expect(stretchMap(map, 2, 1)).toBe(map);
  });
});
