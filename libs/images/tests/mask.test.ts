import { expect, it } from 'vitest';
import { resizeMask } from '../src/index.ts';

const mask = (width: number, height: number, data: number[]) => ({
  width,
  height,
  channels: 1 as const,
  data: Uint8Array.from(data),
});

it('a smaller mask marks the pixels of which half is defective', () => {
  const fine = mask(4, 2, [255, 255, 0, 0, 0, 0, 255, 0]);
  expect([...resizeMask(fine, 2, 1).data]).toEqual([255, 0]);
});

it('a larger mask repeats pixels', () => {
  expect([...resizeMask(mask(2, 1, [255, 0]), 4, 1).data]).toEqual([255, 255, 0, 0]);
});
