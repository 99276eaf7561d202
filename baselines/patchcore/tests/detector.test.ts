import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { detectorConformance, sampleImages } from '@fsad/detector/conformance';
import { EfficientNetLite0 } from '@fsad/features';
import { readWeights } from '@fsad/features/node';
import type { Image } from '@fsad/images';
import { randomStream, tensor } from '@fsad/tensors';
import { openTfjs } from '@fsad/tensors/tfjs';
import { method } from '../src/index.ts';
import { presets, type PatchCoreConfig } from '../src/config.ts';
import { learn } from '../src/learn.ts';
import { pixelsOf } from '../src/pixels.ts';

const runtime = { engine: 'wasm', threads: 1 };
const config: PatchCoreConfig = { ...presets.smoke, turns: 2 };

detectorConformance(method, {
  config,
  images: sampleImages(1, 64),
  runtime,
  liveTensors: () => tf.memory().numTensors,
});

beforeAll(async () => void (await openTfjs(runtime)));

/** A woven surface with, for a defect, a bright bar in its middle. */
function cloth(name: string, damaged: boolean): Image {
  const noise = randomStream(0, name);
  const data = new Uint8Array(96 * 96).map((_, i) => {
    const [x, y] = [i % 96, Math.floor(i / 96)];
    const inside = damaged && Math.abs(y - 48) < 3 && Math.abs(x - 48) < 16;
    return (inside ? 220 : 110 + 50 * Math.sin(x / 2) * Math.cos(y / 2)) + noise.integer(12);
  });
  return { width: 96, height: 96, channels: 1, data };
}

async function fitted<T>(
  settings: PatchCoreConfig,
  images: Image[],
  use: (detector: Awaited<ReturnType<typeof method.create>>) => Promise<T>,
): Promise<T> {
  const detector = await method.create(settings, runtime);
  try {
    await detector.fit(images, { seed: 1, report: () => {} });
    return await use(detector);
  } finally {
    detector.dispose();
  }
}

it.each(Object.entries(presets))(
  'finds a bar on cloth with preset %s, from one picture',
  async (name, preset) => {
    await fitted(preset, [cloth('train', false)], async (detector) => {
      const { scores, maps } = await detector.inspect!([cloth('good', false), cloth('bad', true)]);
      expect(scores[1].value).toBeGreaterThan(1.1 * scores[0].value);
      if (preset.grid === 1) return;
      const { width, data } = maps[1];
      const hottest = data.indexOf(data.reduce((most, value) => Math.max(most, value)));
      expect(Math.abs(Math.floor(hottest / width) / width - 0.5), `row of ${name}`).toBeLessThan(0.17);
      expect(Math.abs((hottest % width) / width - 0.5), `column of ${name}`).toBeLessThan(0.25);
    });
  },
);

it('scores a training picture at nothing, and inspects with the scores it gives alone', async () => {
  const image = cloth('train', false);
  await fitted({ ...presets.smoke, size: 96, grid: 12 }, [image], async (detector) => {
    const [{ value }] = await detector.score([image]);
    expect(value).toBeLessThan(2e-3);
    const other = cloth('bad', true);
    expect((await detector.inspect!([other])).scores).toEqual(await detector.score([other]));
  });
});

it('keeps a share of all patches up to a limit, however many pictures there are', async () => {
  const network = await EfficientNetLite0.open(readWeights, [2]);
  const banked = async (
    pictures: number,
    coreset: PatchCoreConfig['coreset'],
  ): Promise<readonly number[]> => {
    const settings = { ...presets.smoke, layers: [2], coreset };
    const picture = (i: number) => pixelsOf(settings, cloth(`train/${i}`, false));
    return (await learn(settings, network, pictures, picture, 1, async () => {})).bank.shape;
  };
  expect(await banked(2, { fraction: 1, limit: 1000, projection: 8 })).toEqual([128, 24]);
  expect(await banked(2, { fraction: 0.1, limit: 1000, projection: 8 })).toEqual([13, 24]);
  expect(await banked(6, { fraction: 1, limit: 20, projection: 8 })).toEqual([20, 24]);
  network.dispose();
});

it('brings grey and RGB pictures of any size to three channels in [-1, 1]', () => {
  const white: Image = { width: 50, height: 20, channels: 1, data: new Uint8Array(1000).fill(255) };
  expect(pixelsOf({ size: 40, crop: 32 }, white)).toEqual(
    tensor([1, 32, 32, 3], new Float32Array(3072).fill(1)),
  );
});
