import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DetectorEvent } from '@fsad/detector';
import { detectorConformance, sampleImages } from '@fsad/detector/conformance';
import { resolveSteps } from '@fsad/geom';
import { method as htdg, type HtdgDetector } from '@fsad/htdg';
import { tensor, type Tensor } from '@fsad/tensors';
import { drawImages, greyOf } from '../src/draw.ts';
import { method, presets, type GeomOnSamplesConfig } from '../src/index.ts';

const runtime = { engine: 'wasm', threads: 1 };
const quiet = { seed: 1, report: () => {} };
const config: GeomOnSamplesConfig = {
  htdg: {
    ...presets.smoke.htdg,
    pyramid: { ...presets.smoke.htdg.pyramid, sizes: [16, 20], inputSide: 20 },
    network: { ...presets.smoke.htdg.network, widths: [4, 4] },
    training: { ...presets.smoke.htdg.training, iterations: { grey: 3, rgb: 3 } },
  },
  geom: { ...presets.smoke.geom, size: 16, batch: 8, minSteps: 3, maxSteps: 3 },
  samples: 5,
};
const learningConfig: GeomOnSamplesConfig = {
  ...config,
  htdg: {
    ...config.htdg,
    training: { ...config.htdg.training, iterations: { grey: 10, rgb: 10 } },
  },
  geom: { ...config.geom, batch: 16, minSteps: 40, maxSteps: 40 },
  samples: 12,
};

describe.each([1, 3] as const)('%i channels', (channels) =>
  detectorConformance(method, {
    config,
    learningConfig,
    images: sampleImages(channels, 20),
    runtime,
    liveTensors: () => tf.memory().numTensors,
  }),
);

async function fittedHtdg<T>(shots: number, use: (detector: HtdgDetector) => Promise<T>): Promise<T> {
  const detector = await htdg.create(config.htdg, runtime);
  try {
    await detector.fit(sampleImages(3, 20, shots).train, quiet);
    return await use(detector);
  } finally {
    detector.dispose();
  }
}

describe('samples', () => {
  it('are as many as asked for, of the finest side, all different', () =>
    fittedHtdg(2, async (detector) => {
      const images = await drawImages(detector, 5, 3, quiet);
      expect(images.map(({ width, height, channels }) => [width, height, channels])).toEqual(
        Array(5).fill([20, 20, 3]),
      );
      expect(new Set(images.map(({ data }) => data.join())).size).toBe(5);
    }));

  it('take the training images in turn: sample s is of image s mod k', () =>
    fittedHtdg(2, async (detector) => {
      const images = await drawImages(detector, 3, 3, quiet);
      const rounds: Tensor[] = [];
      for await (const round of detector.finestSamples(quiet.seed)) if (rounds.push(round) === 2) break;
      const levels = (round: number, image: number): number[] =>
        [...rounds[round].data.subarray(image * 1200, (image + 1) * 1200)].map((value) =>
          Math.min(Math.max((value + 1) * 127.5, 0), 255),
        );
      for (const [s, { data }] of images.entries()) {
        const expected = levels(Math.floor(s / 2), s % 2);
        data.forEach((level, i) => expect(Math.abs(level - expected[i])).toBeLessThanOrEqual(0.5));
      }
    }));

  it('as grey are the mean of the clamped channels', () => {
    const rgb = tensor([1, 1, 2, 3], Float32Array.of(2, 0, -0.5, -3, -3, 0));
    const { shape, data } = greyOf(rgb);
    expect(shape).toEqual([1, 1, 2, 1]);
    expect([...data]).toEqual([Math.fround(0.5 / 3), Math.fround(-2 / 3)]);
  });
});

it('fits the Dirichlet distributions to the samples, not to the k images', async () => {
  const events: DetectorEvent[] = [];
  const detector = await method.create(config, runtime);
  await detector.fit(sampleImages(3, 20, 1).train, { seed: 1, report: (event) => events.push(event) });
  const totals = new Map(
    events.flatMap((event) => (event.type === 'progress' ? [[event.stage, event.total] as const] : [])),
  );
  expect(totals.get('samples')).toBe(5);
  expect(totals.get('dirichlet')).toBe(5);
  detector.dispose();
});

it('keeps the checkpoints of its two trainings apart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fsad-geom-on-samples-'));
  const detector = await method.create(config, runtime);
  await detector.fit(sampleImages(3, 20, 1).train, { ...quiet, checkpoints: folder });
  expect((await readdir(folder)).sort()).toEqual(['geom', 'htdg']);
  detector.dispose();
  await rm(folder, { recursive: true });
});

it('refuses the variant without generator by its key', () => {
  const changed = { ...config, htdg: { ...config.htdg, variant: 'no-generator' } };
  expect(() => method.parseConfig(changed)).toThrow(/htdg\.variant.*no generator/);
});

it.each([
  // docs/presets.md#12.g: 6,000 samples x 72 transformations in batches of 128, 3 epochs.
  ['official', 10125],
  ['few-shot', 500],
] as const)('%s trains GEOM on 6,000 samples for %i steps', (preset, steps) => {
  const { geom, samples } = presets[preset];
  expect(samples).toBe(6000);
  expect(resolveSteps(geom, 72 * samples).steps).toBe(steps);
});
