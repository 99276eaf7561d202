import { describe, expect, it } from 'vitest';
import { tensor } from '@fsad/tensors';
import {
  applyTransform,
  colourTransforms,
  greyTransforms,
  planCopies,
  rotations,
  type ShiftRule,
  type Transform,
} from '@fsad/transforms';
import { localise, type ScaleProbabilities } from '../src/index.ts';

const FRAME = 5;

/** Probabilities of a network that finds every patch centred on the pixel (y, x) of image 0 improbable; image 1 is faultless. */
function findsDefect(
  side: number,
  [y, x]: [number, number],
  transforms: readonly Transform[],
  rule: ShiftRule,
  sharing: 'separate' | 'shared' = 'separate',
): ScaleProbabilities {
  const picture = tensor([1, side, side, 1]);
  picture.data[y * side + x] = 1;
  const plan = planCopies(transforms, side, rule, sharing);
  const patches = side - 2 * FRAME;
  const probabilities = plan.canvases.map(({ windows }) => {
    const result = new Float32Array(windows.length * 2 * patches * patches).fill(0.9);
    for (const [w, { transform }] of windows.entries()) {
      const copy = applyTransform(picture, { ...transforms[transform], grey: false }, rule).data;
      for (let p = 0; p < patches * patches; p++) {
        const centre = (Math.floor(p / patches) + FRAME) * side + (p % patches) + FRAME;
        result[w * 2 * patches * patches + p] = 0.9 - 0.8 * copy[centre];
      }
    }
    return result;
  });
  return { plan, probabilities, count: 2 };
}

function peak({ data, width }: { data: Float32Array; width: number }): [number, number] {
  const at = data.indexOf(Math.max(...data));
  return [Math.floor(at / width), at % width];
}

describe.each<ShiftRule>(['official', 'paper', 'fast'])('localise, %s shift', (rule) => {
  it('finds the defect where it is, whatever the transformations did to it', () => {
    const scale = findsDefect(32, [9, 20], colourTransforms, rule);
    for (const fraction of [0.05, 1]) {
      const [map, faultless] = localise(scale, fraction);
      expect([map.width, map.height]).toEqual([32, 32]);
      expect(peak(map)).toEqual([9, 20]);
      expect(Math.max(...faultless.data)).toBeCloseTo(0.1, 6);
    }
  });
});

describe('localise', () => {
  it('gives 1 - probability where all copies and patches agree, 0 where no patch that saw a pixel was selected', () => {
    const scale = findsDefect(20, [8, 12], rotations, 'fast');
    const [, faultless] = localise(scale, 1);
    for (const value of faultless.data) expect(value).toBeCloseTo(0.1, 6);
    const [map] = localise(scale, 0.01);
    const touched = [...map.data.keys()].filter((i) => map.data[i] > 0);
    expect(touched).toHaveLength(11 * 11);
    expect([touched[0], touched[120]]).toEqual([3 * 20 + 7, 13 * 20 + 17]);
  });

  it('shows no seam where shifted copies end, though some copies are less probable than others', () => {
    const scale = findsDefect(32, [16, 16], colourTransforms, 'fast');
    // Copy i is flat at its own level.
    const flat = scale.probabilities.map((canvas, i) => canvas.map(() => (i % 10) / 10));
    const [map] = localise({ ...scale, probabilities: flat }, 1);
    const mean = 1 - colourTransforms.reduce((sum, _, i) => sum + (i % 10) / 10, 0) / 54;
    expect(Math.max(...map.data.map((v) => Math.abs(v - mean)))).toBeLessThan(1e-5);
  });

  it('does not care how the copies were laid out', () => {
    const separate = findsDefect(24, [8, 12], greyTransforms, 'fast');
    const shared = findsDefect(24, [8, 12], greyTransforms, 'fast', 'shared');
    for (const [i, { data }] of localise(shared, 0.1).entries()) {
      const other = localise(separate, 0.1)[i].data;
      expect(Math.max(...data.map((v, p) => Math.abs(v - other[p])))).toBeLessThan(1e-6);
    }
  });

  it('weighs a patch at a pixel by the paths through five 3 x 3 convolutions', () => {
    // (1 + x + x^2)^5
    let paths = [1];
    for (let layer = 0; layer < 5; layer++) {
      paths = Array.from({ length: paths.length + 2 }, (_, i) =>
        [0, 1, 2].reduce((sum, back) => sum + (paths[i - back] ?? 0), 0),
      );
    }
    const scale = findsDefect(20, [8, 12], rotations, 'fast');
    const [map] = localise(scale, 0.01);
    for (let y = -5; y <= 5; y++) {
      for (let x = -5; x <= 5; x++) {
        const share = (paths[5 + y] * paths[5 + x]) / 243 ** 2;
        expect(map.data[(8 + y) * 20 + 12 + x]).toBeCloseTo(0.9 * share, 6);
      }
    }
  });

  it('lets patches beyond the border count as ordinary ones: a border all anomalous glows less than the inside', () => {
    const scale = findsDefect(20, [8, 12], rotations, 'fast');
    // Every patch of the outermost ring improbable, the others not.
    const ring = scale.probabilities.map((canvas) =>
      canvas.map((_, i) => {
        const [y, x] = [Math.floor((i % 100) / 10), i % 10];
        return y === 0 || x === 0 || y === 9 || x === 9 ? 0.1 : 0.9;
      }),
    );
    const [map] = localise({ ...scale, probabilities: ring }, 1);
    // The outermost pixel in the middle of a side sees one of eleven patches along its axis, by 1 of 243 paths.
    expect(map.data[10]).toBeCloseTo(0.1 + 0.8 / 243, 3);
    expect(map.data[5 * 20 + 10]).toBeGreaterThan(map.data[10] + 0.1);
  });
});
