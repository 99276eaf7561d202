import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectorConformance, sampleImages } from '@fsad/detector/conformance';
import type { Image } from '@fsad/images';
import { encodeSafetensors, randomStream, tensor, type Tensor } from '@fsad/tensors';
import { randomFeatures } from '../src/alexnet.ts';
import { pretrainedPresets, randomPresets, type DifferNetConfig } from '../src/config.ts';
import { liteMethod, method, randomMethod } from '../src/index.ts';
import { addTurnedBack, wholeGradient } from '../src/localize.ts';
import { rotate } from '../src/rotate.ts';

const runtime = { engine: 'wasm', threads: 1 };
const liveTensors = (): number => tf.memory().numTensors;
const config: DifferNetConfig = { ...randomPresets.smoke, hidden: 16, blocks: 2, epochs: 4 };
const learningConfig: DifferNetConfig = { ...config, epochs: 60, learningRate: 2e-3 };

detectorConformance(randomMethod, {
  config,
  learningConfig,
  images: sampleImages(1, 64),
  runtime,
  liveTensors,
});

detectorConformance(liteMethod, {
  config,
  learningConfig,
  images: sampleImages(3, 64),
  runtime,
  liveTensors,
});

describe('where an image is unlikely', () => {
  it('is every scale of the image, each at the pixels that it sees', () => {
    const whole = wholeGradient(4, [
      new Float32Array(48).fill(1),
      Float32Array.from({ length: 12 }, (_, i) => 10 * i),
    ]);
    expect([...whole.slice(0, 9)]).toEqual([1, 11, 21, 1, 1, 1, 31, 41, 51]);
    expect([...whole.slice(12, 24)]).toEqual(new Array(12).fill(1));
    expect([...whole.slice(24, 27)]).toEqual([61, 71, 81]);
  });

  it.each([0, 90, 180, 270])('comes back to its place from a turn by %d degrees', (degrees) => {
    const data = new Uint8Array(81);
    data[2 * 9 + 7] = 200;
    const turned = rotate({ width: 9, height: 9, channels: 1, data }, degrees);
    const [sum, covered] = [new Float64Array(81), new Float64Array(81)];
    addTurnedBack(Float32Array.from(turned.data), 9, degrees, sum, covered);
    expect(sum.indexOf(200)).toBe(2 * 9 + 7);
    expect(covered.every((count) => count === 1)).toBe(true);
  });

  it('is at a defect', async () => {
    const detector = await randomMethod.create(learningConfig, runtime);
    await detector.fit(
      [0, 1].map((i) => spotted(i, false)),
      { seed: 1, report: () => {} },
    );
    const [{ data }] = await detector.localize!([spotted(5, true)]);
    detector.dispose();
    const mean = (inside: boolean): number => {
      const chosen = [...data].filter(
        (_, i) => inside === Math.hypot((i % 64) - 44, Math.floor(i / 64) - 20) < 10,
      );
      return chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
    };
    expect(mean(true)).toBeGreaterThan(1.5 * mean(false));
  });

  /** An even grey surface with, for a defect, a bright spot at column 44, row 20. */
  function spotted(variant: number, damaged: boolean): Image {
    const noise = randomStream(variant, 'spotted');
    const data = new Uint8Array(64 * 64).map((_, i) => {
      const inside = damaged && Math.hypot((i % 64) - 44, Math.floor(i / 64) - 20) < 5;
      return (inside ? 230 : 100) + noise.integer(10);
    });
    return { width: 64, height: 64, channels: 1, data };
  }
});

describe('with a file of feature weights', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fsad-differnet-'));
    await writeFile(join(folder, 'alexnet.safetensors'), encodeSafetensors(torchvisionLayout(1)));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('gives the scores of the same features made otherwise', async () => {
    const { train, normal, anomalous } = sampleImages(3, 64, 1);
    const scores = async (detector: Awaited<ReturnType<typeof method.create>>): Promise<number[]> => {
      await detector.fit(train, { seed: 1, report: () => {} });
      const values = (await detector.score([normal, anomalous])).map(({ value }) => value);
      detector.dispose();
      return values;
    };
    const featureWeights = join(folder, 'alexnet.safetensors');
    const fromFile = await scores(await method.create({ ...config, featureWeights }, runtime));
    expect(fromFile).toEqual(await scores(await randomMethod.create(config, runtime)));
  });

  it('is called differnet, and differnet-random without', () => {
    expect([method.name, randomMethod.name]).toEqual(['differnet', 'differnet-random']);
    expect(() => randomMethod.parseConfig(pretrainedPresets.smoke)).toThrow('featureWeights');
  });

  it('refuses to fit when the file is not there', async () => {
    const detector = await method.create({ ...config, featureWeights: join(folder, 'none') }, runtime);
    const fit = detector.fit(sampleImages(3, 64, 1).train, { seed: 1, report: () => {} });
    await expect(fit).rejects.toThrow('no AlexNet weights there');
  });

  /** The random features of a seed, written as torchvision writes them: OIHW. */
  function torchvisionLayout(seed: number): Map<string, Tensor> {
    const entries = [...randomFeatures(seed)].map(([name, weight]): [string, Tensor] => {
      if (weight.shape.length === 1) return [name, weight];
      const filter = tf.tensor4d(weight.data, weight.shape as [number, number, number, number]);
      const turned = tf.transpose(filter, [3, 2, 0, 1]);
      const oihw = tensor(turned.shape, turned.dataSync() as Float32Array);
      tf.dispose([filter, turned]);
      return [name, oihw];
    });
    return new Map(entries);
  }
});

it('tells squares from circles without an error: AUROC 1.0 (README of the published program)', async () => {
  const detector = await randomMethod.create(learningConfig, runtime);
  await detector.fit(
    [0, 1, 2].map((i) => shape('circle', i)),
    { seed: 1, report: () => {} },
  );
  const score = async (kind: 'circle' | 'square'): Promise<number[]> =>
    (await detector.score([10, 11, 12, 13].map((i) => shape(kind, i)))).map(({ value }) => value);
  const [circles, squares] = [await score('circle'), await score('square')];
  detector.dispose();
  expect(Math.max(...circles)).toBeLessThan(Math.min(...squares));
});

/** A white circle or square of varying size on grey noise. */
function shape(kind: 'circle' | 'square', variant: number): Image {
  const noise = randomStream(variant, kind);
  const radius = 18 + noise.integer(5);
  const data = new Uint8Array(64 * 64).map((_, i) => {
    const [x, y] = [Math.abs((i % 64) - 31.5), Math.abs(Math.floor(i / 64) - 31.5)];
    const inside = kind === 'circle' ? Math.hypot(x, y) < radius : Math.max(x, y) < radius;
    return (inside ? 230 : 40) + noise.integer(20);
  });
  return { width: 64, height: 64, channels: 1, data };
}

it('refuses images whose smallest scale AlexNet cannot take', () => {
  expect(() => randomMethod.parseConfig({ ...config, scales: 2 })).toThrow('size: AlexNet needs 63 pixels');
});

it('holds as many tensors after every step as after the first', async () => {
  const detector = await randomMethod.create(config, runtime);
  const counts = new Set<number>();
  const report = (event: { type: string; done?: number }): void => {
    if (event.type === 'progress' && event.done) counts.add(liveTensors());
  };
  await detector.fit(sampleImages(1, 64).train, { seed: 1, report });
  detector.dispose();
  expect(counts.size).toBe(1);
});
