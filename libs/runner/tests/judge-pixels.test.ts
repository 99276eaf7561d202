import { expect, it } from 'vitest';
import type { Mask, TestItem } from '@fsad/datasets';
import { BadImageError, type Image } from '@fsad/images';
import { judgePixels } from '../src/index.ts';
import { fakeDataset } from './support/registry.ts';

const item = (id: string, anomalous = true, hasMask = anomalous): TestItem => ({
  id,
  anomalous,
  kind: anomalous ? 'cut' : 'good',
  hasMask,
});
const flat = (value = 0) => ({ width: 4, height: 4, data: new Float32Array(16).fill(value) });

/** 16 x 16 pixels, marked where `marks` says. */
const mask = (marks: (x: number, y: number) => boolean): Mask => ({
  width: 16,
  height: 16,
  channels: 1,
  data: Uint8Array.from({ length: 256 }, (_, i) => (marks(i % 16, Math.floor(i / 16)) ? 255 : 0)),
});

function judge(items: readonly TestItem[], masks: Record<string, Mask | Error>, skip?: 'skip') {
  const picture: Image = { width: 16, height: 16, channels: 1, data: new Uint8Array(256) };
  const dataset = {
    ...fakeDataset('mvtec', ['w']),
    image: async () => picture,
    mask: async (id: string) => {
      const found = masks[id];
      if (found instanceof Error) throw found;
      return found ?? null;
    },
  };
  return judgePixels(
    dataset,
    items,
    items.map((_, i) => ({
      ...flat(),
      data: Float32Array.from(flat().data, (value, at) => (i === 0 && at === 0 ? 9 : value)),
    })),
    skip,
  );
}

it('counts every region at the size of the masks, however small beside a pixel of the map', async () => {
  // A square that the map finds, and three single pixels that lie where it is flat.
  const specks = mask((x, y) => (x < 2 && y < 2) || (x > 5 && x % 4 === 3 && y === 12));
  const { pixel, doubts } = await judge([item('a'), item('b', false)], { a: specks });
  expect(pixel).toMatchObject({ images: 2, regions: 4, leftOut: 0 });
  expect(doubts).toEqual([]);
  // The square is found before any false alarm; the specks lie on the diagonal: about (1 + 3 * 0.15) / 4.
  expect(pixel!.pro).toBeGreaterThan(0.3);
  expect(pixel!.pro).toBeLessThan(0.4);
});

it('leaves out defects without a mask or with one that says nothing, counts them and says why', async () => {
  const masks = {
    a: mask((x, y) => x < 2 && y < 2),
    c: { ...mask(() => true), doubt: 'has another shape', unusable: true },
    d: { ...mask((x) => x < 9), doubt: 'marks 56 % of its picture; is it inverted?' },
  };
  const items = [item('a'), item('b', true, false), item('c'), item('d'), item('e', false)];
  const { pixel, doubts } = await judge(items, masks);
  expect(pixel).toMatchObject({ images: 3, regions: 2, leftOut: 2 });
  expect(doubts).toEqual([
    'the mask of c has another shape',
    'the mask of d marks 56 % of its picture; is it inverted?',
  ]);
});

it('leaves out a picture whose mask is broken when bad pictures are skipped, and fails naming it otherwise', async () => {
  const masks = {
    a: mask((x, y) => x < 2 && y < 2),
    b: new BadImageError('b_mask.png', 'the file is empty'),
  };
  const items = [item('a'), item('b'), item('c', false)];
  await expect(judge(items, masks)).rejects.toThrow('b_mask.png: the file is empty');
  expect((await judge(items, masks, 'skip')).pixel).toMatchObject({ images: 2, leftOut: 1 });
});

it('has no pixel figures, but the reasons, when no mask can be used', async () => {
  const masks = { a: { ...mask(() => false), doubt: 'marks nothing', unusable: true } };
  expect(await judge([item('a'), item('b', false)], masks)).toEqual({
    pixel: null,
    doubts: ['the mask of a marks nothing'],
  });
});
