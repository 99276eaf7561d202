import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { detectorConformance, sampleImages } from '@fsad/detector/conformance';
import { randomStream, tensor, type Tensor } from '@fsad/tensors';
import { createVariables, disposeVariables, openTfjs } from '@fsad/tensors/tfjs';
import { presets, stepsFor, type PatchSvddConfig } from '../src/config.ts';
import { embedImage } from '../src/embed-image.ts';
import { rgbPixels, stepLoss, trainEncoders } from '../src/fit.ts';
import { method } from '../src/index.ts';
import { combineMaps, gridSize, nearestDistances, spread } from '../src/map.ts';
import { encodeLarge, encodeSmall, fixedWeights, initialWeights, type Weights } from '../src/network.ts';
import { addNoise, cutPatches, drawNeighbours, drawPositionPair } from '../src/pairs.ts';

const runtime = { engine: 'wasm', threads: 1 };
const liveTensors = (): number => tf.memory().numTensors;
beforeAll(async () => void (await openTfjs({ engine: 'wasm' })));

const config: PatchSvddConfig = { ...presets.smoke, batch: 1, steps: 3, patches: [{ size: 32, stride: 16 }] };
const both: PatchSvddConfig = {
  ...config,
  size: 128,
  patches: [
    { size: 64, stride: 32 },
    { size: 32, stride: 32 },
  ],
};

detectorConformance(method, { config, images: sampleImages(1, 64), runtime, liveTensors });

describe('both patch sizes, RGB', () => {
  it('score a training image 0 and another above it, from one image', async () => {
    const { train, anomalous } = sampleImages(3, 64, 1);
    const detector = await method.create(both, runtime);
    await detector.fit(train, { seed: 1, report: () => {} });
    const [same, other] = await detector.score([train[0], anomalous]);
    detector.dispose();
    expect(same.value).toBe(0);
    expect(other.value).toBeGreaterThan(0);
  });
});

describe('the networks', () => {
  const values = (weights: ReadonlyMap<string, Tensor>, name: RegExp): number =>
    [...weights].reduce((sum, [key, { data }]) => sum + (name.test(key) ? data.length : 0), 0);
  const constants = (...parts: ReadonlyMap<string, Tensor>[]): Weights =>
    new Map(
      parts.flatMap((part) => [...part]).map(([key, { shape, data }]) => [key, tf.tensor(data, [...shape])]),
    );
  const noisy = (size: number): Tensor =>
    tensor([1, size, size, 3], randomStream(0, 'image').normal(size * size * 3));
  afterEach(() => expect(liveTensors()).toBe(0));

  it('have the published numbers of parameters (docs/baselines.md#5.1)', () => {
    const trained = initialWeights(0, [32, 64]);
    const fixed = fixedWeights(0, [32, 64]);
    expect(values(trained, /^small/)).toBe(360_832);
    expect(values(trained, /^(small|large)/)).toBe(401_984);
    expect(values(trained, /^position32/) + values(fixed, /^position32/)).toBe(25_864);
  });

  it('end in fixed weights whose norm over the eight directions is one for every input (docs/baselines.md#5.2)', () => {
    const [{ data }] = fixedWeights(0, [32]).values();
    const norms = Array.from({ length: 128 }, (_, i) => Math.hypot(...data.subarray(8 * i, 8 * i + 8)));
    for (const norm of norms) expect(norm).toBeCloseTo(1, 6);
  });

  it('give 64 numbers for a 32-pixel patch and for a 64-pixel patch', () => {
    tf.tidy(() => {
      const weights = constants(initialWeights(0, [32, 64]));
      expect(encodeSmall(weights, tf.zeros([2, 32, 32, 3])).shape).toEqual([2, 1, 1, 64]);
      expect(encodeLarge(weights, tf.zeros([2, 256])).shape).toEqual([2, 64]);
    });
  });

  it('embed all patches of an image as they would one by one', () => {
    const image = noisy(128);
    const [large, small] = tf.tidy(() => embedImage(constants(initialWeights(0, [64, 32])), image, both));
    expect([large.length, small.length]).toEqual([9 * 64, 16 * 64]);
    const last32 = { image: 0, row: 96, column: 96 };
    const last64 = { image: 0, row: 64, column: 64 };
    tf.tidy(() => {
      const weights = constants(initialWeights(0, [64, 32]));
      const alone = encodeSmall(
        weights,
        tf.tensor4d(cutPatches(image, [last32], 32), [1, 32, 32, 3]),
      ).dataSync();
      alone.forEach((value, i) => expect(small[15 * 64 + i]).toBeCloseTo(value, 5));
      const quadrants = encodeSmall(weights, tf.tensor4d(cutPatches(image, [last64], 64), [4, 32, 32, 3]));
      const whole = encodeLarge(weights, tf.reshape(quadrants, [1, 256])).dataSync();
      whole.forEach((value, i) => expect(large[8 * 64 + i]).toBeCloseTo(value, 5));
    });
  });

  it('start with a position loss near ln 8 for each patch size (docs/baselines.md#5.3)', () => {
    const loss = tf.tidy(() => {
      const weights = constants(initialWeights(0, [64, 32]), fixedWeights(0, [64, 32]));
      return stepLoss(weights, noisy(128), { ...both, lambda: 0, batch: 4 }, 0, 'test').dataSync()[0];
    });
    expect(loss / 2).toBeGreaterThan(0.9 * Math.log(8));
    expect(loss / 2).toBeLessThan(1.1 * Math.log(8));
  });

  it('train every weight but the last of the classifier (docs/baselines.md#5.2)', async () => {
    const { train } = sampleImages(3, 64, 1);
    const names: string[] = [];
    const task = { config, backend: await openTfjs({ engine: 'wasm' }), channels: 3 } as const;
    const { variables } = await trainEncoders({ name: 'test', numericVersion: 1 }, task, train, {
      seed: 1,
      report: () => {},
    });
    const before = initialWeights(1, [32]);
    for (const [name, variable] of variables) {
      const start = before.get(name)?.data;
      if (variable.dataSync().some((value, i) => value !== start?.[i])) names.push(name);
    }
    disposeVariables(variables);
    expect(names.sort()).toEqual([...before.keys()].sort());
    expect(names.some((name) => name.includes('directions'))).toBe(false);
    expect([...fixedWeights(1, [32]).keys()]).toEqual(['position32/directions']);
  });

  it('stay finite where two neighbours are the same patch', () => {
    const flat = tensor([1, 64, 64, 3]);
    const variables = createVariables(initialWeights(0, [32]));
    const gradients = tf.tidy(() => {
      const weights: Weights = new Map([...variables, ...constants(fixedWeights(0, [32]))]);
      const all = { ...config, lambda: 1, batch: 2 };
      const { grads } = tf.variableGrads(
        () => stepLoss(weights, flat, all, 0, 'test'),
        [...variables.values()],
      );
      return Object.values(grads).flatMap((gradient) => [...gradient.dataSync()]);
    });
    disposeVariables(variables);
    expect(gradients.every(Number.isFinite)).toBe(true);
  });
});

describe('pairs', () => {
  const draws = <T>(draw: (stream: ReturnType<typeof randomStream>) => T): T[] => {
    const stream = randomStream(0, 'draws');
    return Array.from({ length: 500 }, () => draw(stream));
  };
  const sign = Math.sign;

  it('lie in their direction, 3/4 to 1 patch apart, when kept inside', () => {
    const seen = new Set<number>();
    for (const { first, second, direction } of draws((stream) =>
      drawPositionPair(stream, 2, 64, 32, 'inside'),
    )) {
      const [down, right] = [second.row - first.row, second.column - first.column];
      for (const step of [down, right].map(Math.abs))
        expect(step === 0 || (step >= 24 && step < 32)).toBe(true);
      for (const side of [first.row, first.column, second.row, second.column]) {
        expect(side >= 0 && side <= 32).toBe(true);
      }
      const index = (sign(down) + 1) * 3 + sign(right) + 1;
      expect(direction).toBe(index > 4 ? index - 1 : index);
      seen.add(direction);
    }
    expect(seen.size).toBe(8);
  });

  it('are moved back into the image when clipped', () => {
    const pairs = draws((stream) => drawPositionPair(stream, 1, 64, 32, 'clip'));
    expect(
      pairs.every(({ second: { row, column } }) => Math.min(row, column) >= 0 && Math.max(row, column) <= 32),
    ).toBe(true);
    const down = pairs.map(({ first, second }) => Math.abs(first.row - second.row));
    expect(down.some((step) => step > 0 && step < 24)).toBe(true);
  });

  it.each([
    [32, 1],
    [64, 2],
  ])('of neighbours of %i pixels are at most %i apart', (patch, reach) => {
    for (const { first, second } of draws((stream) => drawNeighbours(stream, 1, 128, patch))) {
      expect(Math.abs(first.row - second.row)).toBeLessThanOrEqual(reach);
      expect(Math.abs(first.column - second.column)).toBeLessThanOrEqual(reach);
    }
  });

  it('get noise of 0.02 on pixels and 0.02 on the colour of a whole patch', () => {
    const patches = new Float32Array(200 * 3072);
    addNoise(patches, 3072, randomStream(0, 'noise'));
    const variance = patches.reduce((sum, value) => sum + value ** 2, 0) / patches.length;
    expect(Math.sqrt(variance)).toBeCloseTo(Math.hypot(0.02, 0.02), 2);
    const means = Array.from({ length: 200 }, (_, p) => {
      const reds = patches.subarray(p * 3072, (p + 1) * 3072).filter((_value, i) => i % 3 === 0);
      return reds.reduce((sum, value) => sum + value, 0) / reds.length;
    });
    const spreadOfMeans = Math.sqrt(means.reduce((sum, value) => sum + value ** 2, 0) / means.length);
    expect(spreadOfMeans).toBeGreaterThan(0.017);
    expect(spreadOfMeans).toBeLessThan(0.023);
  });
});

describe('the map', () => {
  it.each([
    [256, 64, 16, 13],
    [256, 32, 4, 57],
    [128, 64, 16, 5],
    [128, 32, 4, 25],
    [64, 32, 4, 9],
  ])(
    'of %i pixels has %i-pixel patches at stride %i on a grid of %i (docs/baselines.md#5.4)',
    (size, patch, stride, grid) => {
      expect(gridSize(size, patch, stride)).toBe(grid);
    },
  );

  it('of a constant is that constant everywhere (docs/baselines.md#5.5)', () => {
    expect(new Set(spread(new Float32Array(81).fill(0.5), 64, 32, 4))).toEqual(new Set([0.5]));
  });

  it('averages the patches that cover a pixel', () => {
    const map = spread(Float32Array.of(1, 2, 3, 4), 4, 3, 1);
    expect([map[0], map[5], map[15]]).toEqual([1, 2.5, 4]);
  });

  it('takes the distance to the nearest embedding, wherever it is', () => {
    const bank = Float32Array.of(9, 9, 5, 5, 0, 1, 3, 0);
    expect([...nearestDistances(Float32Array.of(0, 0, 5, 5), bank, 2)]).toEqual([1, 0]);
  });

  it('multiplies or adds the maps of two patch sizes', () => {
    const maps = [Float32Array.of(1, 2), Float32Array.of(3, 4)];
    expect([...combineMaps(maps, 'product')]).toEqual([3, 8]);
    expect([...combineMaps(maps, 'sum')]).toEqual([4, 6]);
  });
});

it('takes 598 steps for one image and 2,392 for five under the official epochs (docs/baselines.md#5.6)', () => {
  expect([1, 5, 10].map((count) => stepsFor(presets.official, count))).toEqual([598, 2392, 4784]);
});

it('replicates grey images to three channels', () => {
  const grey = { width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) } as const;
  expect([...rgbPixels([grey], 2).data.slice(0, 6)]).toEqual([0, 0, 0, 1, 1, 1]);
});

it('refuses patches that do not fit the image, by the key', () => {
  const wrong = { ...presets.official, size: 100 };
  expect(() => method.parseConfig(wrong)).toThrow(
    'patches: images of 100 pixels are too small for pairs of 64',
  );
});

it('holds as many tensors after every step as after the first', async () => {
  const detector = await method.create(config, runtime);
  const counts = new Set<number>();
  const report = (event: { type: string; done?: number }): void => {
    if (event.type === 'progress' && event.done) counts.add(liveTensors());
  };
  await detector.fit(sampleImages(1, 64).train, { seed: 1, report });
  detector.dispose();
  expect(counts.size).toBe(1);
});
