import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { detectorConformance, sampleImages } from '@fsad/detector/conformance';
import { resolveSteps } from '@fsad/geom';
import { decodeSafetensors, type Tensor } from '@fsad/tensors';
import { presets, type GoadConfig } from '../src/config.ts';
import { method } from '../src/index.ts';

const runtime = { engine: 'wasm', threads: 1 };
const liveTensors = (): number => tf.memory().numTensors;
const config: GoadConfig = { ...presets.smoke, size: 16, minSteps: 6, maxSteps: 6 };
const learningConfig: GoadConfig = { ...config, minSteps: 40, maxSteps: 40 };

describe('few-shot, grey', () => {
  detectorConformance(method, { config, learningConfig, images: sampleImages(1, 16), runtime, liveTensors });
});
describe('as published, RGB, an epoch of two batches', () => {
  const { secondNorm, normEpochs, fullBatches, centres } = presets.official;
  const quirks = { secondNorm, normEpochs, fullBatches, centres, batch: 2 };
  detectorConformance(method, {
    config: { ...config, ...quirks },
    learningConfig: { ...learningConfig, ...quirks },
    images: sampleImages(3, 16, 3),
    runtime,
    liveTensors,
  });
});

describe('steps', () => {
  it.each([
    // docs/baselines.md#0.3: 16 epochs, 4 images a step.
    ['official', 5000, 20_000],
    ['official', 1, 16],
    ['official', 5, 32],
    ['official', 10, 48],
    ['few-shot', 1, 300],
    ['few-shot', 10, 300],
  ] as const)('%s, %i images: %i', (preset, images, steps) => {
    expect(resolveSteps(presets[preset], images).steps).toBe(steps);
  });
});

describe('as published', () => {
  const { train } = sampleImages(1, 16, 3);
  const published: GoadConfig = {
    ...presets.official,
    size: 16,
    widen: 1,
    transformations: 'simple',
    batch: 2,
  };
  const learned = async (changed: Partial<GoadConfig>): Promise<ReadonlyMap<string, Tensor>> => {
    const folder = await mkdtemp(join(tmpdir(), 'fsad-goad-'));
    const detector = await method.create({ ...published, ...changed }, runtime);
    try {
      await detector.fit(train, { seed: 1, report: () => {} });
      await detector.save(join(folder, 'model'));
      return decodeSafetensors(await readFile(join(folder, 'model', 'weights.safetensors'))).tensors;
    } finally {
      detector.dispose();
      await rm(folder, { recursive: true });
    }
  };

  it('batch norm statistics stay as they are after the first epoch', async () => {
    const mean = async (changed: Partial<GoadConfig>): Promise<Float32Array> =>
      (await learned(changed)).get('head/norm/mean')!.data;
    const once = await mean({ epochs: 1 });
    expect(await mean({ epochs: 3 })).toEqual(once);
    expect(await mean({ epochs: 3, normEpochs: null })).not.toEqual(once);
  });

  it('centres are the mean features met in the last epoch: where nothing moves any more, those computed after it', async () => {
    const standing = { epochs: 2, learningRate: 1e-12 };
    const met = (await learned({ ...standing, centres: 'last-epoch' })).get('centres')!.data;
    const after = (await learned({ ...standing, centres: 'after-training' })).get('centres')!.data;
    expect(Math.max(...after.map(Math.abs))).toBeGreaterThan(0.1);
    after.forEach((value, i) => expect(met[i]).toBeCloseTo(value, 4));
  });

  it('second norms are left untouched by training', async () => {
    const weights = await learned({ epochs: 2 });
    const untouched = [...weights].filter(([name]) => name.endsWith('/norm2/scale'));
    expect(untouched.length).toBe(3);
    for (const [, { data }] of untouched) expect(data.every((value) => value === 1)).toBe(true);
    expect(weights.get('head/norm/scale')!.data.some((value) => value !== 1)).toBe(true);
  });
});
