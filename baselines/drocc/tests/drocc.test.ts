import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { disposeNetwork } from '@fsad/deep-svdd';
import { detectorConformance, sampleImages } from '@fsad/detector/conformance';
import { randomStream } from '@fsad/tensors';
import { openTfjs } from '@fsad/tensors/tfjs';
import { presets, rateAt, resolveRadius, type DroccConfig } from '../src/config.ts';
import { method } from '../src/index.ts';
import { adversarialPoints, crossEntropy, project } from '../src/loss.ts';
import { classifierShape, classify, createClassifier } from '../src/network.ts';

const runtime = { engine: 'wasm', threads: 1 };
const liveTensors = (): number => tf.memory().numTensors;
beforeAll(async () => void (await openTfjs({ engine: 'wasm' })));

const config: DroccConfig = { ...presets.smoke, minSteps: 4 };
const learningConfig: DroccConfig = { ...config, minSteps: 40 };

describe('grey', () => {
  const images = sampleImages(1, 28);
  detectorConformance(method, { config, learningConfig, images, runtime, liveTensors });
});
describe('RGB, statistics of all passes', () => {
  const all: DroccConfig = { ...config, statistics: 'all-passes', epochs: 2, minSteps: 0, batch: 1 };
  it('learns from batches of one and gives finite scores', async () => {
    const { train, anomalous } = sampleImages(3, 32);
    const detector = await method.create(all, runtime);
    await detector.fit(train, { seed: 1, report: () => {} });
    expect((await detector.score([anomalous])).every(({ value }) => Number.isFinite(value))).toBe(true);
    detector.dispose();
  });
});

describe('the parts', () => {
  afterEach(() => expect(liveTensors()).toBe(0));

  it('has 528,800 parameters for 32x32 RGB images (docs/baselines.md#4.1)', () => {
    const network = createClassifier(classifierShape(3, 32), 0);
    expect([...network.weights.values()].reduce((sum, { size }) => sum + size, 0)).toBe(528_800);
    disposeNetwork(network);
  });

  /** Points after a search from random starts around random images, with the distance of each from its image. */
  function search(
    steps: number,
    gamma: number,
    rate: number,
  ): { distances: number[]; before: number; after: number } {
    const shape = classifierShape(1, 28);
    const network = createClassifier(shape, 3);
    const outcome = tf.tidy(() => {
      const images = noise('images');
      const start = tf.add(images, noise('start')) as tf.Tensor4D;
      const logits = (points: tf.Tensor4D): tf.Tensor2D => classify(shape, network, points, 'batch');
      const points = adversarialPoints(images, start, { radius: 14, gamma, steps, rate }, logits);
      return {
        distances: [...lengths(tf.sub(points, images)).dataSync()],
        before: crossEntropy(
          logits(project(start, images, { radius: 14, gamma, steps, rate })),
          0,
        ).dataSync()[0],
        after: crossEntropy(logits(points), 0).dataSync()[0],
      };
    });
    disposeNetwork(network);
    return outcome;
  }
  const noise = (name: string): tf.Tensor4D =>
    tf.tensor4d(randomStream(0, name).normal(2 * 28 * 28), [2, 28, 28, 1]);
  const lengths = (x: tf.Tensor): tf.Tensor => tf.sqrt(tf.sum(tf.square(x), [1, 2, 3]));

  it('ends on the sphere of the radius for gamma 1, within [r, 2r] for gamma 2', () => {
    for (const distance of search(20, 1, 1e-3).distances) expect(distance / 14).toBeCloseTo(1, 4);
    for (const distance of search(10, 2, 1e-3).distances) {
      expect(distance).toBeGreaterThanOrEqual(14 * (1 - 1e-4));
      expect(distance).toBeLessThanOrEqual(28 * (1 + 1e-4));
    }
  });

  it('climbs the cross entropy towards label 0', () => {
    const { before, after } = search(10, 1, 0.05);
    expect(after).toBeGreaterThan(before);
  });

  it('moves each sample by exactly the rate in one step', () => {
    const moved = tf.tidy(() => {
      const start = noise('start');
      const weights = noise('weights');
      const logits = (points: tf.Tensor4D): tf.Tensor2D =>
        tf.reshape(tf.sum(tf.mul(points, weights), [1, 2, 3]), [2, 1]);
      const points = adversarialPoints(start, start, { radius: 1, gamma: 1, steps: 1, rate: 0.25 }, logits);
      return [...lengths(tf.sub(points, start)).dataSync()];
    });
    for (const length of moved) expect(length).toBeCloseTo(0.25, 5);
  });

  it('starts from noise about sqrt(d) away', () => {
    const length = tf.tidy(() => lengths(noise('start')).dataSync()[0]);
    expect(length / Math.sqrt(784)).toBeCloseTo(1, 1);
  });
});

it('is at a tenth of the rate in epochs 41-80 of 100 and at a hundredth after (docs/baselines.md#4.2)', () => {
  expect([0, 40, 41, 80, 81, 99].map((epoch) => rateAt(epoch, 100, 1))).toEqual([1, 1, 0.1, 0.1, 0.01, 0.01]);
});

it('takes half the square root of the number of values for radius (docs/baselines.md#4.3)', () => {
  expect(resolveRadius('rule', 28, 1)).toBe(14);
  expect(resolveRadius('rule', 32, 3)).toBeCloseTo(27.7, 1);
  expect(resolveRadius(8, 32, 3)).toBe(8);
});

it('holds as many tensors after every step as after the first', async () => {
  const detector = await method.create(config, runtime);
  const counts = new Set<number>();
  const report = (event: { type: string; done?: number }): void => {
    if (event.type === 'progress' && event.done) counts.add(liveTensors());
  };
  await detector.fit(sampleImages(1, 28).train, { seed: 1, report });
  detector.dispose();
  expect(counts.size).toBe(1);
});
