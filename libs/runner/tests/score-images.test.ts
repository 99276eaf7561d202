import { expect, it } from 'vitest';
import { DivergedError, type Detector, type Score } from '@fsad/detector';
import { scoreImages } from '../src/index.ts';

const names = Array.from({ length: 40 }, (_, i) => `${i}.png`);
const image = async (i: number) => ({
  width: 1,
  height: 1,
  channels: 1 as const,
  data: Uint8Array.of(i),
});
const { signal } = new AbortController();

/** Scores an image by its pixel; counts what is passed through it. */
function pixelDetector(localises = true) {
  const seen: number[] = [];
  const score: Detector['score'] = async (images) =>
    images.map(({ data }) => {
      seen.push(data[0]);
      return { value: data[0] };
    });
  const inspect: Detector['inspect'] = async (images) => ({
    scores: await score(images),
    maps: images.map(({ data }) => ({ width: 1, height: 1, data: Float32Array.of(data[0]) })),
  });
  return { detector: localises ? { score, inspect } : { score }, seen };
}

it('passes every image through the detector once, with maps and without', async () => {
  for (const maps of [true, false]) {
    const { detector, seen } = pixelDetector();
    const found = await scoreImages({ detector, names, image, maps, signal });
    expect(seen).toEqual(names.map((_, i) => i));
    expect(found.scores.map(({ value }) => value)).toEqual(seen);
    expect(found.maps?.map(({ data }) => data[0]) ?? null).toEqual(maps ? seen : null);
  }
});

it('gives no maps of a detector that has none', async () => {
  const { detector } = pixelDetector(false);
  expect((await scoreImages({ detector, names, image, maps: true, signal })).maps).toBeNull();
});

it('does not score again what was kept, unless maps are wanted', async () => {
  const kept: Score[] = Array.from({ length: 32 }, () => ({ value: -1 }));
  for (const maps of [true, false]) {
    const { detector, seen } = pixelDetector();
    const added: number[] = [];
    const keeper = { scores: kept, add: async (from: number) => void added.push(from) };
    const { scores } = await scoreImages({ detector, names, image, maps, signal, keeper });
    expect([seen.length, scores[0].value]).toEqual(maps ? [40, 0] : [8, -1]);
    expect(added).toEqual(maps ? [] : [32]);
  }
});

it('names the image whose score of a scale is not finite', async () => {
  const score: Detector['score'] = async (images) => images.map(() => ({ value: 1, scales: [1, NaN] }));
  const scoring = scoreImages({ detector: { score }, names, image, maps: false, signal });
  await expect(scoring).rejects.toThrow(DivergedError);
  await expect(scoring).rejects.toThrow('scale/1 of image 0.png is NaN');
});
