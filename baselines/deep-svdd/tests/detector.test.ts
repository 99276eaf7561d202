import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { detectorConformance, sampleImages } from '@fsad/detector/conformance';
import { randomStream } from '@fsad/tensors';
import { presets, type DeepSvddConfig } from '../src/config.ts';
import { method } from '../src/index.ts';

const runtime = { engine: 'wasm', threads: 1 };
const short = { epochs: 1, milestone: 1, minSteps: 6, learningRate: 1e-3, weightDecay: 1e-6 };
const config: DeepSvddConfig = {
  ...presets.smoke,
  pretraining: { grey: short, rgb: { ...short, minSteps: 3 } },
  training: { grey: short, rgb: { ...short, minSteps: 3 } },
};
const longer = { ...short, minSteps: 60 };
const learningConfig: DeepSvddConfig = {
  ...config,
  pretraining: { ...config.pretraining, grey: longer },
  training: { ...config.training, grey: longer },
};
const liveTensors = (): number => tf.memory().numTensors;

describe('one-class, grey', () => {
  const images = sampleImages(1, 28);
  detectorConformance(method, { config, learningConfig, images, runtime, liveTensors });
});
describe('one-class, RGB', () => {
  const rgb = { ...config, codeNorm: true };
  detectorConformance(method, { config: rgb, images: sampleImages(3, 32), runtime, liveTensors });
});
describe('soft boundary, two batches an epoch', () => {
  const soft = { objective: 'soft-boundary', warmUpEpochs: 1, batch: 2 } as const;
  detectorConformance(method, {
    config: { ...config, ...soft },
    learningConfig: { ...learningConfig, ...soft },
    images: sampleImages(1, 28, 3),
    runtime,
    liveTensors,
  });
});

it('holds as many tensors after every step as after the first', async () => {
  const detector = await method.create(config, runtime);
  const counts = new Map<string, Set<number>>();
  await detector.fit(sampleImages(1, 28).train, {
    seed: 1,
    report(event) {
      if (event.type !== 'progress' || event.done === 0) return;
      const seen = counts.get(event.stage) ?? new Set();
      counts.set(event.stage, seen.add(tf.memory().numTensors));
    },
  });
  detector.dispose();
  expect([...counts.values()].map(({ size }) => size)).toEqual([1, 1]);
});

it('does not collapse: scores of distinct images spread and differ (docs/baselines.md#2.5)', async () => {
  const detector = await method.create(config, runtime);
  await detector.fit(sampleImages(1, 28).train, { seed: 1, report: () => {} });
  const images = Array.from({ length: 100 }, (_, i) => {
    const data = Uint8Array.from(randomStream(i, 'test').normal(784), (value) => 128 + 40 * value);
    return { width: 28, height: 28, channels: 1 as const, data };
  });
  const values = (await detector.score(images)).map(({ value }) => value);
  detector.dispose();
  const mean = values.reduce((sum, value) => sum + value) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  expect(deviation / mean).toBeGreaterThan(1e-3);
  expect(new Set(values).size).toBeGreaterThanOrEqual(99);
});
