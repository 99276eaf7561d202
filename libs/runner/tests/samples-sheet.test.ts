import { expect, it } from 'vitest';
import type { Image } from '@fsad/images';
import { samplesSheet } from '../src/model/samples-sheet.ts';

/** A square of one colour that no heading has. */
const square = (side: number, red: number): Image => ({
  width: side,
  height: side,
  channels: 3,
  data: Uint8Array.from({ length: side * side * 3 }, (_, i) => (i % 3 === 0 ? red : 17)),
});

/** Reds of the squares on a sheet. */
function redsOf({ data, channels }: Image): number[] {
  const reds = new Set<number>();
  for (let i = 0; i < data.length; i += channels)
    if (data[i + 1] === 17 && data[i + 2] === 17) reds.add(data[i]);
  return [...reds].sort((a, b) => a - b);
}

it('shows every scale of every sample, a row a seed and training image', () => {
  const drawn = [0, 1].flatMap((seed) =>
    [0, 1].map((of) => ({
      seed,
      of,
      scales: [square(26, 60 + 20 * seed + 40 * of), square(32, 150 + 20 * seed + 40 * of)],
    })),
  );
  const whole = samplesSheet(drawn);
  expect(redsOf(whole)).toEqual([60, 80, 100, 120, 150, 170, 190, 210]);
  const one = samplesSheet(drawn.slice(0, 1));
  expect(redsOf(one)).toEqual([60, 150]);
  expect(whole.height - one.height).toBeGreaterThanOrEqual(3 * 32);
});
