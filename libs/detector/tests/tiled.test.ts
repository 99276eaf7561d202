import { describe, expect, it } from 'vitest';
import type { Image } from '@fsad/images';
import { reduced, tiled, tilesFor, type AnomalyMap, type Detector } from '../src/index.ts';

/** Its map is the picture at half the size, its score the brightest pixel. */
function brightest(seen: Image[] = []): Detector {
  const mapOf = ({ width, height, data }: Image): AnomalyMap => {
    const [w, h] = [width >> 1, height >> 1];
    return {
      width: w,
      height: h,
      data: Float32Array.from({ length: w * h }, (_, i) => data[2 * Math.floor(i / w) * width + 2 * (i % w)]),
    };
  };
  const score = async (images: readonly Image[]) =>
    images.map(({ data }) => ({ value: data.reduce((most, value) => Math.max(most, value)) }));
  const localize = async (images: readonly Image[]) => images.map(mapOf);
  return {
    channels: 1,
    fit: async (images) => void seen.push(...images),
    score,
    localize,
    inspect: async (images) => ({ scores: await score(images), maps: await localize(images) }),
    save: async () => undefined,
    dispose: () => undefined,
  };
}

/** Brightness rises from left to right; one bright pixel. */
function ramp(width: number, height: number): Image {
  const data = Uint8Array.from({ length: width * height }, (_, i) => Math.floor((100 * (i % width)) / width));
  data[10 * width + 130] = 250;
  return { width, height, channels: 1, data };
}

describe('a tiled detector', () => {
  it('learns from overlapping tiles that cover every picture', async () => {
    const seen: Image[] = [];
    await tiled(brightest(seen), 3).fit([ramp(160, 80)], { seed: 0, report: () => undefined });
    expect(seen).toHaveLength(9);
    expect(seen.every(({ width, height }) => width === 60 && height === 30)).toBe(true);
    expect(seen.filter(({ data }) => data.includes(250))).toHaveLength(1);
    expect(seen[2].data[0]).toBe(Math.floor((100 * 100) / 160));
  });

  it('gives fits of one series the same tiles of a picture, and others tiles of their own', async () => {
    const seen: Image[] = [];
    const learning = tiled(brightest(seen), 2);
    const [one, other, series] = [ramp(160, 80), ramp(160, 80), {}];
    const context = { seed: 0, report: () => undefined };
    await learning.fit([one, other], { ...context, series });
    await learning.fit([other], { ...context, series });
    await learning.fit([other], { ...context, series: {} });
    await learning.fit([other], context);
    const first = seen.slice(4, 8);
    expect(seen).toHaveLength(20);
    expect(seen.slice(8, 12).every((tile, i) => tile === first[i])).toBe(true);
    for (const tile of seen.slice(12)) expect(first.some((known) => known === tile)).toBe(false);
    expect(seen.slice(12, 16)).toEqual(first);
  });

  it('reduces a picture that is larger than its tiles need, to learn from it and to look at it', async () => {
    const [small, large]: Image[][] = [[], []];
    const context = { seed: 0, report: () => undefined };
    const camera = ramp(2560, 1280);
    await tiled(brightest(large), 2).fit([camera], context);
    await tiled(brightest(small), 2).fit([reduced(camera, 1280)], context);
    expect(large.map(({ width, height }) => [width, height])).toEqual(Array(4).fill([720, 360]));
    for (const [i, { data }] of large.entries()) expect(Buffer.compare(data, small[i].data)).toBe(0);
    const [[of], [ofReduced]] = await Promise.all([
      tiled(brightest(), 2).localize!([camera]),
      tiled(brightest(), 2).localize!([reduced(camera, 1280)]),
    ]);
    expect([of.width, of.height]).toEqual([ofReduced.width, ofReduced.height]);
    expect(of.data.every((value, i) => value === ofReduced.data[i])).toBe(true);
  });

  it('finds a picture as anomalous as its worst tile', async () => {
    const [score] = await tiled(brightest(), 2).score([ramp(160, 80)]);
    expect(score.value).toBe(250);
  });

  it('puts the maps together where they belong, without seams', async () => {
    const { maps } = await tiled(brightest(), 2).inspect!([ramp(320, 160)]);
    expect(maps[0].width / maps[0].height).toBe(2);
    const [whole] = await brightest().localize!([ramp(320, 160)]);
    expect([maps[0].width, maps[0].height]).toEqual([whole.width, whole.height]);
    for (const [i, value] of whole.data.entries()) expect(Math.abs(maps[0].data[i] - value)).toBeLessThan(2);
  });

  it('is of a method without maps one without maps', () => {
    const blind: Detector = { ...brightest(), localize: undefined, inspect: undefined };
    expect(tiled(blind, 2).localize).toBeUndefined();
  });

  it('cuts pictures by themselves from 1281 pixels on, at most three to a side', () => {
    const sides = [1280, 1281, 4000, 20000];
    expect(sides.map((width) => tilesFor([{ width, height: 100 }]))).toEqual([1, 2, 3, 3]);
    expect(() => tiled(brightest(), 1)).toThrow(/2 or more/);
  });
});
