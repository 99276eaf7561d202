import { describe, expect, it } from 'vitest';
import { randomStream, tensor, type Tensor } from '@fsad/tensors';
import {
  applyTransform,
  colourTransforms,
  fromTuple,
  greyTransforms,
  rotations,
  transformAdjoint,
  type ShiftRule,
  type Transform,
} from '../src/index.ts';

const rules: ShiftRule[] = ['official', 'paper', 'fast'];
const still = fromTuple([0, 0, 0, 0, 0]);

function noise(shape: number[], name: string): Tensor {
  return tensor(shape, randomStream(5, name).normal(shape.reduce((a, b) => a * b, 1)));
}

/** A ramp 0 .. side - 1 along x (or y), one channel. */
function ramp(side: number, along: 'x' | 'y'): Tensor {
  const data = Float32Array.from({ length: side * side }, (_, i) =>
    along === 'x' ? i % side : Math.floor(i / side),
  );
  return tensor([1, side, side, 1], data);
}

const firstRow = (image: Tensor): number[] => [...image.data.subarray(0, image.shape[2])];
const firstColumn = (image: Tensor): number[] =>
  Array.from({ length: image.shape[1] }, (_, y) => image.data[y * image.shape[2]]);

describe('the lists', () => {
  it('hold 54, 42 and 4 transformations (supplement, section 1)', () => {
    expect([colourTransforms, greyTransforms, rotations].map((list) => list.length)).toEqual([54, 42, 4]);
  });

  it.each(rules)('hold 54 transformations that differ on a colour image under the %s shift', (rule) => {
    const image = noise([1, 14, 14, 3], 'distinct');
    const results = colourTransforms.map((t) => applyTransform(image, t, rule).data.join());
    expect(new Set(results).size).toBe(54);
  });

  it('are read from the tuples that the published code prints', () => {
    expect(fromTuple([1, 0, -1, 0, 3])).toEqual({ grey: true, flip: false, tx: -1, ty: 0, turns: 3 });
    expect(fromTuple([0, 1, 0, 1, 0])).toEqual({ grey: false, flip: true, tx: 0, ty: 1, turns: 0 });
  });

  it('reject a tuple out of range', () => {
    expect(() => fromTuple([0, 0, 2, 0, 0])).toThrow(/0, 0, 2, 0, 0/);
  });
});

describe('the official shift', () => {
  it('moves a ramp of 64 right by 9.1429 (docs/presets.md#4.9)', () => {
    const row = firstRow(applyTransform(ramp(64, 'x'), { ...still, tx: 1 }, 'official'));
    const published = [
      8.1429, 7.1429, 6.1429, 5.1429, 4.1429, 3.1429, 2.1429, 1.1429, 0.1429, 0, 0.8571, 1.8571,
    ];
    for (const [x, value] of published.entries()) expect(row[x]).toBeCloseTo(value, 4);
  });

  it('moves a ramp of 64 left by 9.1429 (docs/presets.md#4.9)', () => {
    const row = firstRow(applyTransform(ramp(64, 'x'), { ...still, tx: -1 }, 'official'));
    const published = [61.1429, 62.1429, 63, 62.8571, 61.8571];
    for (const [i, value] of published.entries()) expect(row[52 + i]).toBeCloseTo(value, 4);
    expect(row[63]).toBeCloseTo(54.8571, 4);
  });
});

describe('the integer shifts', () => {
  it('move right and down with the edge pixel repeated under the fast rule', () => {
    expect(firstRow(applyTransform(ramp(20, 'x'), { ...still, tx: 1 }, 'fast')).slice(0, 6)).toEqual([
      2, 1, 0, 0, 1, 2,
    ]);
    expect(firstColumn(applyTransform(ramp(20, 'y'), { ...still, ty: -1 }, 'fast')).slice(15)).toEqual([
      18, 19, 19, 18, 17,
    ]);
  });

  it('move left and up without repeating the edge under the paper rule', () => {
    expect(firstRow(applyTransform(ramp(20, 'x'), { ...still, tx: 1 }, 'paper')).slice(15)).toEqual([
      18, 19, 18, 17, 16,
    ]);
    expect(firstColumn(applyTransform(ramp(20, 'y'), { ...still, ty: -1 }, 'paper')).slice(0, 5)).toEqual([
      3, 2, 1, 0, 1,
    ]);
  });
});

describe('order and orientation', () => {
  const square = tensor([1, 2, 2, 1], Float32Array.of(1, 2, 3, 4));

  it('turns anticlockwise', () => {
    expect([...applyTransform(square, { ...still, turns: 1 }, 'fast').data]).toEqual([2, 4, 1, 3]);
    expect([...applyTransform(square, { ...still, turns: 2 }, 'fast').data]).toEqual([4, 3, 2, 1]);
    expect([...applyTransform(square, { ...still, turns: 3 }, 'fast').data]).toEqual([3, 1, 4, 2]);
  });

  it('flips left and right before it turns', () => {
    expect([...applyTransform(square, { ...still, flip: true, turns: 1 }, 'fast').data]).toEqual([
      1, 3, 2, 4,
    ]);
  });

  it.each(rules)('shifts after the flip and before the turn under the %s rule', (rule) => {
    const image = noise([2, 12, 12, 3], 'order');
    const whole: Transform = { grey: true, flip: true, tx: 1, ty: -1, turns: 3 };
    let parts = applyTransform(image, { ...still, flip: true }, rule);
    parts = applyTransform(parts, { ...still, tx: 1, ty: -1 }, rule);
    parts = applyTransform(parts, { ...still, turns: 3 }, rule);
    parts = applyTransform(parts, { ...still, grey: true }, rule);
    const result = applyTransform(image, whole, rule).data;
    for (const [i, value] of parts.data.entries()) expect(result[i]).toBeCloseTo(value, 5);
  });

  it('makes grey of 0.299 R + 0.587 G + 0.114 B', () => {
    const pixel = tensor([1, 1, 1, 3], Float32Array.of(1, -0.5, 0.25));
    const grey = applyTransform(pixel, { ...still, grey: true }, 'paper').data;
    for (const value of grey) expect(value).toBeCloseTo(0.299 - 0.587 / 2 + 0.114 / 4, 6);
  });

  it('refuses grey of a one-channel image', () => {
    expect(() => applyTransform(square, { ...still, grey: true }, 'fast')).toThrow(/three channels/);
  });
});

describe('the adjoint', () => {
  it.each(rules)("satisfies <T(x), y> = <x, T'(y)> for all 54 under the %s rule", (rule) => {
    const x = noise([2, 13, 13, 3], 'x');
    const y = noise([2, 13, 13, 3], 'y');
    const dot = (a: Tensor, b: Tensor): number =>
      a.data.reduce((sum, value, i) => sum + value * b.data[i], 0);
    for (const transform of colourTransforms) {
      const forward = dot(applyTransform(x, transform, rule), y);
      expect(dot(x, transformAdjoint(y, transform, rule))).toBeCloseTo(forward, 3);
    }
  });
});
