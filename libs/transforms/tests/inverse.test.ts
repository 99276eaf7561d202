import { describe, expect, it } from 'vitest';
import { randomStream, tensor } from '@fsad/tensors';
import {
  applyTransform,
  colourTransforms,
  fromTuple,
  invertOnMap,
  shiftOf,
  type ShiftRule,
} from '../src/index.ts';

describe.each<ShiftRule>(['official', 'paper', 'fast'])('the inverse on a patch map, %s shift', (rule) => {
  const side = 24;
  const edgeDistance = (i: number): number => {
    const [row, column] = [Math.floor(i / side), i % side];
    return Math.min(row, column, side - 1 - row, side - 1 - column);
  };

  it('brings every shown pixel of a linear picture back to its place, for all 54', () => {
    // A linear picture, so that interpolating twice is exact.
    const values = Float32Array.from(
      { length: side * side },
      (_, i) => 3 * Math.floor(i / side) - 2 * (i % side),
    );
    for (const transform of colourTransforms) {
      const moved = applyTransform(tensor([1, side, side, 1], values), { ...transform, grey: false }, rule);
      const { values: back, seen } = invertOnMap(moved.data, side, transform, side, rule);
      const shown = seen.filter((s) => s === 1).length;
      const margin = Math.ceil(Math.abs(shiftOf(side, rule)));
      const expected = (side - Math.abs(transform.tx) * margin) * (side - Math.abs(transform.ty) * margin);
      expect(shown).toBe(expected);
      expect(back.every((value, i) => seen[i] === 1 || value === 0)).toBe(true);
      // Next to the edge a fractional shift mixes in one mirrored pixel.
      const inner = back.filter((_, i) => seen[i] && edgeDistance(i) > 0).length;
      const right = back.filter((v, i) => seen[i] && edgeDistance(i) > 0 && Math.abs(v - values[i]) < 1e-3);
      expect(inner).toBeGreaterThan(200);
      expect(right.length).toBe(inner);
    }
  });

  it('shifts a map of another side by the shift of the image, not of the map', () => {
    const map = randomStream(1, 'map').normal(14 * 14);
    const { seen } = invertOnMap(map, 14, fromTuple([0, 0, 1, 0, 0]), side, rule);
    const row = seen.subarray(0, 14).filter((s) => s === 1).length;
    expect(row).toBe(14 - Math.ceil(Math.abs(shiftOf(side, rule))));
  });
});
