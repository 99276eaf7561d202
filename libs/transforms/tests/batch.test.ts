import { describe, expect, it } from 'vitest';
import type { Batch } from '@fsad/patch-network';
import { randomStream, tensor, Workspace, type Tensor } from '@fsad/tensors';
import {
  applyTransform,
  colourTransforms,
  greyTransforms,
  imageGradient,
  planCopies,
  rotations,
  shiftOf,
  transformedBatch,
  withLabels,
  type ShiftRule,
} from '../src/index.ts';

const SIDE = 14;
const COUNT = 2;

function noise(shape: number[], name: string): Tensor {
  return tensor(shape, randomStream(7, name).normal(shape.reduce((a, b) => a * b, 1)));
}

const ordered = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Every window cut out, by label: [k, S, S, c] each. */
function copies(batch: Batch): Map<number, Float32Array> {
  const found = new Map<number, Float32Array>();
  for (const { images, height, width, windows } of batch.canvases) {
    for (const { top, left, label } of windows) {
      const copy: number[] = [];
      for (let n = 0; n < batch.count; n++) {
        for (let y = top; y < top + batch.side; y++) {
          const start = ((n * height + y) * width + left) * batch.channels;
          copy.push(...images.subarray(start, start + batch.side * batch.channels));
        }
      }
      found.set(label, Float32Array.from(copy));
    }
  }
  return found;
}

describe.each<[ShiftRule, 'separate' | 'shared']>([
  ['official', 'separate'],
  ['paper', 'separate'],
  ['paper', 'shared'],
  ['fast', 'separate'],
  ['fast', 'shared'],
])('a batch under the %s shift, %s', (rule, sharing) => {
  const plan = planCopies(colourTransforms, SIDE, rule, sharing);
  const images = noise([COUNT, SIDE, SIDE, 3], 'images');

  it('holds every copy as applyTransform makes it, each under its own label', () => {
    const found = copies(transformedBatch(plan, images, ordered(54)));
    expect(found.size).toBe(54);
    for (const [i, transform] of colourTransforms.entries()) {
      expect(found.get(i)).toEqual(applyTransform(images, transform, rule).data);
    }
  });

  it('has an adjoint: <batch(x), y> = <x, gradient(y)>', () => {
    const batch = transformedBatch(plan, images, 0);
    const y = batch.canvases.map(({ images: { length } }, i) => randomStream(8, `y/${i}`).normal(length));
    let forward = 0;
    for (const [i, canvas] of batch.canvases.entries()) {
      forward += canvas.images.reduce((sum, value, j) => sum + value * y[i][j], 0);
    }
    const gradient = imageGradient(plan, y, COUNT, 3);
    const backward = gradient.data.reduce((sum, value, j) => sum + value * images.data[j], 0);
    expect(Math.abs(backward - forward)).toBeLessThan(1e-3);
    expect(gradient.shape).toEqual(images.shape);
  });

  it('takes other labels for the same pictures', () => {
    const batch = transformedBatch(plan, images, ordered(54));
    const fake = withLabels(plan, batch, 54);
    expect(fake.canvases.every((canvas, i) => canvas.images === batch.canvases[i].images)).toBe(true);
    expect(new Set(fake.canvases.flatMap(({ windows }) => windows.map(({ label }) => label)))).toEqual(
      new Set([54]),
    );
    expect(withLabels(plan, fake, ordered(54))).toEqual(batch);
  });
});

describe('shared canvases', () => {
  it('have the sides of the table in docs/canvas-sharing.md#sides', () => {
    const s = shiftOf(64, 'fast');
    const sides = (transforms: typeof colourTransforms): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const { height, width } of planCopies(transforms, 64, 'fast', 'shared').canvases) {
        expect(height).toBe(width);
        counts[height] = (counts[height] ?? 0) + 1;
      }
      return counts;
    };
    expect(s).toBe(9);
    expect(sides(colourTransforms)).toEqual({ [64 + 2 * s]: 3, [64 + s]: 6, 64: 7 });
    expect(sides(greyTransforms)).toEqual({ [64 + 2 * s]: 2, [64 + s]: 6 });
    expect(sides(rotations)).toEqual({ 64: 4 });
  });

  it('need not be square', () => {
    const wide = colourTransforms.filter(({ ty }) => ty === 0);
    const plan = planCopies(wide, SIDE, 'fast', 'shared');
    const images = noise([1, SIDE, SIDE, 3], 'wide');
    const found = copies(transformedBatch(plan, images, ordered(wide.length)));
    for (const [i, transform] of wide.entries()) {
      expect(found.get(i)).toEqual(applyTransform(images, transform, 'fast').data);
    }
  });

  it('refuse the fractional official shift', () => {
    expect(() => planCopies(colourTransforms, SIDE, 'official', 'shared')).toThrow(/fractional/);
  });
});

describe('bad input', () => {
  const plan = planCopies(rotations, SIDE, 'fast', 'separate');

  it('is refused: an image of another side, too few labels, a gradient of the wrong size', () => {
    expect(() => transformedBatch(plan, tensor([1, 13, 13, 3]), 0)).toThrow(/side 14/);
    expect(() => transformedBatch(plan, tensor([1, SIDE, SIDE, 3]), [0, 1])).toThrow(/2 labels for 4/);
    expect(() => imageGradient(plan, [new Float32Array(3)], 1, 3)).toThrow(/canvas 0/);
    expect(() => planCopies([], SIDE, 'fast', 'separate')).toThrow(/at least one/);
  });
});

describe.each(['separate', 'shared'] as const)('a workspace, %s copies', (sharing) => {
  const plan = planCopies(colourTransforms, SIDE, 'fast', sharing);
  const shape = [COUNT, SIDE, SIDE, 3];

  it('holds the pictures of one batch after another, with the bits of batches of their own', () => {
    const workspace = new Workspace();
    const first = transformedBatch(plan, noise(shape, 'first'), 0, workspace);
    const second = transformedBatch(plan, noise(shape, 'second'), 0, workspace);
    expect(second).toEqual(transformedBatch(plan, noise(shape, 'second'), 0));
    for (const [i, { images }] of second.canvases.entries()) expect(images).toBe(first.canvases[i].images);
  });

  it('changes no bit of a gradient, however often it was used', () => {
    const workspace = new Workspace();
    const gradients = (name: string): Float32Array[] =>
      plan.canvases.map(({ height, width }, i) => noise([COUNT, height, width, 3], `${name}/${i}`).data);
    imageGradient(plan, gradients('first'), COUNT, 3, workspace);
    expect(imageGradient(plan, gradients('second'), COUNT, 3, workspace)).toEqual(
      imageGradient(plan, gradients('second'), COUNT, 3),
    );
  });
});
