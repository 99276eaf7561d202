import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { DetectorEvent } from '@fsad/detector';
import { detectorConformance, sampleImages } from '@fsad/detector/conformance';
import type { Image } from '@fsad/images';
import { presets, resolveSteps, type GeomConfig } from '../src/config.ts';
import { method } from '../src/index.ts';
import { prepareImages } from '../src/prepare.ts';

const runtime = { engine: 'wasm', threads: 1 };
const liveTensors = (): number => tf.memory().numTensors;
const config: GeomConfig = { ...presets.smoke, size: 16, minSteps: 6, maxSteps: 6 };
const learningConfig: GeomConfig = { ...config, minSteps: 60, maxSteps: 60 };

describe('grey', () => {
  detectorConformance(method, { config, learningConfig, images: sampleImages(1, 16), runtime, liveTensors });
});
describe('RGB, batches smaller than an epoch', () => {
  const small = { batch: 6 };
  detectorConformance(method, {
    config: { ...config, ...small },
    learningConfig: { ...learningConfig, ...small },
    images: sampleImages(3, 16, 3),
    runtime,
    liveTensors,
  });
});

async function fitted(
  images: readonly Image[],
  changed: Partial<GeomConfig>,
): Promise<{ values: number[]; events: DetectorEvent[] }> {
  const events: DetectorEvent[] = [];
  const detector = await method.create({ ...config, ...changed }, runtime);
  await detector.fit(images, { seed: 1, report: (event) => events.push(event) });
  const { normal, anomalous } = sampleImages(1, 16);
  const values = (await detector.score([normal, anomalous])).map(({ value }) => value);
  detector.dispose();
  return { values, events };
}

describe('the score', () => {
  const { train } = sampleImages(1, 16, 5);
  const notes = (events: DetectorEvent[]): string[] =>
    events.flatMap((event) => (event.type === 'note' ? [event.text] : []));

  it('of one image is minus the mean probability of the right transformation, and says so', async () => {
    const { values, events } = await fitted(train.slice(0, 1), {});
    for (const value of values) expect(value >= -1 && value <= 0).toBe(true);
    expect(notes(events)).toEqual([expect.stringMatching(/a single image.*mean probability of the right/)]);
  });

  it('of copies of one image is the same, for their reason', async () => {
    const { events } = await fitted([train[0], train[0], train[0]], {});
    expect(notes(events)).toEqual([expect.stringMatching(/classified alike/)]);
  });

  it('of five different images is a Dirichlet likelihood', async () => {
    const { values, events } = await fitted(train, {});
    expect(notes(events)).toEqual([]);
    for (const value of values) expect(Number.isFinite(value) && Math.abs(value) > 1).toBe(true);
  });

  it('of many images is fitted to a few of them in a bounded number of steps', async () => {
    const { train: many } = sampleImages(1, 16, 40);
    const { events } = await fitted(many, { dirichletImages: 7 });
    const totals = events.flatMap((event) => (event.type === 'progress' ? [[event.stage, event.total]] : []));
    expect(totals.at(0)).toEqual(['training', 6]);
    expect(totals.at(-1)).toEqual(['dirichlet', 7]);
  });
});

describe('steps', () => {
  it.each([
    // docs/baselines.md#0.3: 3 epochs, batch 128, 72 samples an image.
    ['official', 5000, 8439],
    ['official', 1, 3],
    ['official', 5, 9],
    ['official', 10, 18],
    ['few-shot', 1, 300],
    ['few-shot', 5, 500],
    ['few-shot', 6000, 500],
  ] as const)('%s, %i images: %i', (preset, images, steps) => {
    expect(resolveSteps(presets[preset], 72 * images).steps).toBe(steps);
  });
});

describe('preparation', () => {
  const white = (side: number): Image => {
    return { width: side, height: side, channels: 1, data: new Uint8Array(side * side).fill(255) };
  };

  it('surrounds 28 x 28 images with two pixels of -1 for size 32', () => {
    const { shape, data } = prepareImages([white(28)], 32);
    expect(shape).toEqual([1, 32, 32, 1]);
    for (const [i, value] of data.entries()) {
      const inside = [Math.trunc(i / 32), i % 32].every((position) => position >= 2 && position < 30);
      expect(value).toBe(inside ? 1 : -1);
    }
  });

  it('resizes them for other sizes, and others always', () => {
    expect(prepareImages([white(28)], 64).data.every((value) => value === 1)).toBe(true);
    expect(prepareImages([white(50)], 32).data.every((value) => value === 1)).toBe(true);
  });
});
