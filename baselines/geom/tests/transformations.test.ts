import { describe, expect, it } from 'vitest';
import { allCopies, reflect, transformationMaps, transformInto } from '../src/transformations.ts';

const side = 8;
const image = Float32Array.from({ length: side * side }, (_, i) => i);

describe('the 72 transformations', () => {
  const maps = transformationMaps(side, 2, 'all');
  const copy = (index: number): Float32Array => {
    const target = new Float32Array(side * side);
    transformInto(image, 0, maps[index], 1, target, 0);
    return target;
  };
  const row = (values: Float32Array, r: number): number[] =>
    Array.from(values.subarray(r * side, (r + 1) * side));
  const column = (values: Float32Array, c: number): number[] =>
    Array.from({ length: side }, (_, r) => values[r * side + c]);

  it('differ from each other, and the first is the identity', () => {
    expect(maps.length).toBe(72);
    expect(new Set(maps.map((map) => map.join())).size).toBe(72);
    expect(copy(0)).toEqual(image);
  });

  it('reflect the edge pixel too (docs/baselines.md#1.1: 0..7 by +2 is 2 3 4 5 6 7 7 6, by -2 is 1 0 0 1 2 3 4 5)', () => {
    const shifted = (by: number): number[] => Array.from({ length: 8 }, (_, i) => reflect(i + by, 8));
    expect(shifted(2)).toEqual([2, 3, 4, 5, 6, 7, 7, 6]);
    expect(shifted(-2)).toEqual([1, 0, 0, 1, 2, 3, 4, 5]);
  });

  it('shift rows before columns, in the order none, negative, positive; positive moves content up and left', () => {
    expect(row(copy(1 * 4), 0)).toEqual([1, 0, 0, 1, 2, 3, 4, 5]);
    expect(row(copy(2 * 4), 0)).toEqual([2, 3, 4, 5, 6, 7, 7, 6]);
    expect(column(copy(3 * 4), 0).map((v) => v / side)).toEqual([1, 0, 0, 1, 2, 3, 4, 5]);
    expect(column(copy(6 * 4), 0).map((v) => v / side)).toEqual([2, 3, 4, 5, 6, 7, 7, 6]);
  });

  it('turn anticlockwise last: the right column becomes the top row', () => {
    expect(row(copy(1), 0)).toEqual(column(image, side - 1));
    expect(row(copy(2), 0)).toEqual(row(image, side - 1).reverse());
    expect(row(copy(3), 0)).toEqual(column(image, 0).reverse());
  });

  it('flip first: with a shift, content is flipped, then moved', () => {
    expect(row(copy(36), 0)).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
    expect(row(copy(36 + 2 * 4), 0)).toEqual([5, 4, 3, 2, 1, 0, 0, 1]);
  });

  it('move all channels of a pixel together', () => {
    const rgb = Float32Array.from({ length: side * side * 3 }, (_, i) => i);
    const copies = allCopies(rgb, 0, maps, 3);
    expect(copies.length).toBe(72 * rgb.length);
    const turned = copies.subarray(rgb.length, 2 * rgb.length);
    expect(Array.from(turned.subarray(0, 3))).toEqual([21, 22, 23]);
  });
});

it('the simple set is the eight without shifts, in the order flip, turns', () => {
  const all = transformationMaps(side, 2, 'all');
  expect(transformationMaps(side, 2, 'simple')).toEqual([...all.slice(0, 4), ...all.slice(36, 40)]);
});
