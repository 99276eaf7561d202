import { describe, expect, it } from 'vitest';
import type { GeneratorNetwork } from '@fsad/patch-network';
import { tensor, Workspace, type Tensor } from '@fsad/tensors';
import {
  condition,
  generate,
  Hierarchy,
  noiseAmplitudes,
  perturb,
  type GeneratorScale,
} from '../src/index.ts';

/** A network without weights: its output is `of(input)` at the middle of its input, [k, S, S, 3]. */
function fakeNetwork(of: (input: Tensor, at: number) => number): GeneratorNetwork {
  return {
    spec: { inputChannels: 4, width: 1, outputChannels: 3, padding: 'same' },
    async forward(input: Tensor) {
      const [count, height, width] = input.shape;
      const result = tensor([count, height, width, 3]);
      for (let p = 0; p < count * height * width; p++) {
        for (let c = 0; c < 3; c++) result.data[3 * p + c] = of(input, 4 * p + c);
      }
      return result;
    },
  } as Partial<GeneratorNetwork> as GeneratorNetwork;
}

const ones = (shape: number[], value = 1): Tensor =>
  tensor(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value));

describe('a generator’s input', () => {
  it('is sigma z + previous with a sigma of its own for every image (Eq. 2)', () => {
    const input = perturb(ones([2, 1, 1, 3], 4), Float32Array.of(0.5, 0.25), ones([2, 1, 1, 3], 10));
    expect([...input.data]).toEqual([12, 12, 12, 11, 11, 11]);
  });

  it('is sigma z alone without a previous image (Eq. 1), and the image alone without noise (Eq. 8)', () => {
    expect([...perturb(ones([1, 1, 1, 3], 4), Float32Array.of(0.5), null).data]).toEqual([2, 2, 2]);
    expect([...perturb(null, Float32Array.of(0.5), ones([1, 1, 1, 3], 7)).data]).toEqual([7, 7, 7]);
    expect(() => perturb(null, Float32Array.of(1), null)).toThrow(/noise, a previous image, or both/);
  });

  it('leaves noise and previous image as they were', () => {
    const [z, previous] = [ones([1, 2, 2, 3], 4), ones([1, 2, 2, 3], 10)];
    perturb(z, Float32Array.of(1), previous);
    expect([z, previous]).toEqual([ones([1, 2, 2, 3], 4), ones([1, 2, 2, 3], 10)]);
  });

  it.each([0, 1] as const)('has the image’s index from %i on as fourth channel (Sec. 3.2)', (indexStart) => {
    const { shape, data } = condition(ones([2, 1, 1, 3], 9), 'same', { indexStart });
    expect(shape).toEqual([2, 1, 1, 4]);
    expect([...data]).toEqual([9, 9, 9, indexStart, 9, 9, 9, indexStart + 1]);
  });

  it('is framed by 5 zeros for valid convolutions, over which the index goes on', () => {
    const { shape, data } = condition(ones([2, 1, 1, 3], 9), 'valid', { indexStart: 1 });
    expect(shape).toEqual([2, 11, 11, 4]);
    const pixel = (n: number, y: number, x: number) => [
      ...data.subarray(4 * ((n * 11 + y) * 11 + x)).slice(0, 4),
    ];
    for (let p = 0; p < 121; p++) {
      const [y, x] = [Math.floor(p / 11), p % 11];
      const inside = y === 5 && x === 5;
      for (const n of [0, 1]) {
        expect(pixel(n, y, x)).toEqual(inside ? [9, 9, 9, n + 1] : [0, 0, 0, n + 1]);
      }
    }
  });
});

describe('a generated image', () => {
  it('is what the network makes of its input, plus the previous image, not clamped (Eq. 2)', async () => {
    const network = fakeNetwork((input, at) => input.data[at] / 2);
    const scale = { network, amplitudes: Float32Array.of(1) };
    const image = await generate(
      scale,
      ones([1, 2, 2, 3], 2),
      ones([1, 2, 2, 3], 4),
      { indexStart: 0 },
      'frozen',
    );
    expect([...image.data]).toEqual(new Array(12).fill((2 + 4) / 2 + 4));
  });

  it('climbs the scales: each sees the one below enlarged, a reconstruction without noise above the coarsest (Eq. 15, 16)', async () => {
    const network = fakeNetwork((input, at) => 10 * input.data[at]);
    const scales: GeneratorScale[] = [
      { side: 1, network, amplitudes: Float32Array.of(1), fixedNoise: ones([1, 1, 1, 3], 1) },
      { side: 2, network, amplitudes: Float32Array.of(0.5), fixedNoise: null },
    ];
    const enlarge = (image: Tensor, toScale: number): Tensor =>
      ones([1, scales[toScale].side, scales[toScale].side, 3], image.data[0]);
    const hierarchy = new Hierarchy(scales, { indexStart: 0 }, enlarge);
    const first = (images: Tensor[]) => images.map(({ shape, data }) => [shape[1], data[0]]);
    expect(first(await hierarchy.reconstruct())).toEqual([
      [1, 10],
      [2, 10 * 10 + 10],
    ]);
    expect(first(await hierarchy.sample((n) => ones([1, n + 1, n + 1, 3], 2)))).toEqual([
      [1, 20],
      [2, 10 * (0.5 * 2 + 20) + 20],
    ]);
  });
});

it.each(['valid', 'same'] as const)(
  'a workspace changes no bit of a %s input, however often it was used',
  (padding) => {
    const workspace = new Workspace();
    const input = (value: number, z: Tensor | null, workspace?: Workspace): Tensor => {
      const perturbed = perturb(z, Float32Array.of(0.5, 2), ones([2, 3, 3, 3], value), workspace);
      return condition(perturbed, padding, { indexStart: 1 }, workspace);
    };
    const first = input(7, ones([2, 3, 3, 3], 3), workspace);
    const second = input(-2, null, workspace);
    expect(second).toEqual(input(-2, null));
    expect(second.data).toBe(first.data);
  },
);

describe('the noise amplitude of each image (Sec. 3.1)', () => {
  // Residuals 3, 3, -3, ... and 0, 0, 4, ...: mean absolute 3 and 4/3, root mean square 3 and 4/sqrt(3).
  const real = tensor([2, 1, 1, 3], Float32Array.of(3, 3, 0, 1, 1, 5));
  const reconstruction = tensor([2, 1, 1, 3], Float32Array.of(0, 0, 3, 1, 1, 1));

  it('is the mean absolute residual times a factor', () => {
    const [first, second] = noiseAmplitudes(real, reconstruction, { measure: 'mean-absolute', factor: 0.1 });
    expect(first).toBeCloseTo(0.3, 6);
    expect(second).toBeCloseTo(0.4 / 3, 6);
  });

  it('is the root mean square residual', () => {
    const [first, second] = noiseAmplitudes(real, reconstruction, { measure: 'root-mean-square', factor: 1 });
    expect(first).toBeCloseTo(3, 6);
    expect(second).toBeCloseTo(4 / Math.sqrt(3), 6);
  });
});
