import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { detectorConformance, sampleImages } from '@fsad/detector/conformance';
import { EfficientNetLite0, type FeatureExtractor } from '@fsad/features';
import { readWeights } from '@fsad/features/open';
import type { Image } from '@fsad/images';
import { randomStream, tensor } from '@fsad/tensors';
import { openTfjs } from '@fsad/tensors/tfjs';
import { method } from '../src/index.ts';
import { presets, type PatchCoreConfig } from '../src/config.ts';
import { looksAt } from '../src/glimpse.ts';
import { tellKind } from '../src/kind.ts';
import { learn, turnsFor } from '../src/learn.ts';
import { pixelsOf } from '../src/pixels.ts';
import { UNTURNED } from '../src/views.ts';

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

describe('the bank', () => {
  async function shelvesOf(pictures: number, changes: Partial<PatchCoreConfig>): Promise<number[]> {
    const network = await EfficientNetLite0.open(readWeights, [2]);
    const settings = { ...presets.smoke, layers: [2], surface: null, ...changes };
    const images = Array.from({ length: pictures }, (_, i) => cloth(`train/${i}`, false));
    const look = looksAt(settings, null, images)(network);
    const step = async (): Promise<void> => {};
    const kind = await tellKind(settings, look, pictures, step);
    const { bank } = await learn(settings, look, kind, pictures, 1, step);
    network.dispose();
    bank.dispose();
    return bank.shelves.map(({ vectors }) => vectors.shape[0]);
  }

  it('is one shelf where nothing is retrieved: a share of all patches, up to a limit', async () => {
    const all = { retrieve: null, own: null, turns: 1 };
    expect(await shelvesOf(2, { ...all, coreset: { fraction: 1, limit: 1000, projection: 8 } })).toEqual([
      128,
    ]);
    expect(await shelvesOf(2, { ...all, coreset: { fraction: 0.1, limit: 1000, projection: 8 } })).toEqual([
      13,
    ]);
    expect(await shelvesOf(6, { ...all, coreset: { fraction: 1, limit: 20, projection: 8 } })).toEqual([20]);
  });

  it('has a shelf for every picture and view else, all together within the limit', async () => {
    expect(await shelvesOf(2, { turns: 2 })).toEqual([64, 64, 64, 64]);
    expect(await shelvesOf(2, { turns: 2, coreset: { fraction: 1, limit: 100, projection: 8 } })).toEqual([
      25, 25, 25, 25,
    ]);
  });

  it('turns many pictures less', () => {
    const settings = { ...presets['few-shot'], turns: 12, views: 36 };
    expect([1, 3, 5, 10, 50].map((count) => turnsFor(settings, count))).toEqual([12, 12, 7, 3, 1]);
  });
});

it('is not taken in by a regular surface of another kind, which explains itself', async () => {
  const chequers = cloth('chequers', false);
  chequers.data.forEach((_, i) => {
    chequers.data[i] = ((((i % 96) >> 3) + (Math.floor(i / 96) >> 3)) % 2) * 200 + 20;
  });
  await fitted(presets['few-shot'], [cloth('train', false)], async (detector) => {
    const [good, other] = await detector.score([cloth('good', false), chequers]);
    expect(other.value).toBeGreaterThan(1.1 * good.value);
  });
});

describe('fits of one series', () => {
  const images = [0, 1, 2].map((i) => cloth(`train/${i}`, false));
  const settings = { ...presets.smoke, surface: null };

  it('send a picture in a view through the network once', async () => {
    const network = await EfficientNetLite0.open(readWeights, [2]);
    let passes = 0;
    const counting: FeatureExtractor = {
      identity: network.identity,
      side: null,
      extract: (pixels) => (passes++, network.extract(pixels)),
      dispose: () => network.dispose(),
    };
    const turned = { degrees: 90, mirrored: false };
    const series = {};
    const seen: unknown[] = [];
    for (const some of [images, images.slice(1)]) {
      const look = looksAt(settings, null, some, series)(counting);
      for (let i = 0; i < some.length; i++) seen.push(await look(i, UNTURNED), await look(i, turned));
    }
    expect(passes).toBe(6);
    expect(seen.slice(6)).toEqual(seen.slice(2, 6));
    const look = looksAt(settings, { along: 1, across: 1 }, images, series)(counting);
    await look(0, UNTURNED);
    await looksAt(settings, null, images, {})(counting)(0, UNTURNED);
    await looksAt(settings, null, images)(counting)(0, UNTURNED);
    expect(passes, 'of another frame, another series, of none').toBe(9);
    const other = { ...counting, identity: `${network.identity} of other layers` };
    await looksAt(settings, null, images, series)(other)(0, UNTURNED);
    await looksAt({ ...settings, grid: 4 }, null, images, series)(counting)(0, UNTURNED);
    expect(passes, 'through another network, on another grid').toBe(11);
    network.dispose();
  });

  it('send it again where there is too much to keep', async () => {
    const data = new Float32Array(4e6);
    let passes = 0;
    const wide: FeatureExtractor = {
      identity: 'wide',
      side: null,
      extract: async () => (passes++, [{ shape: [1, 1, 1, data.length], data }]),
      dispose: () => undefined,
    };
    const many = Array.from({ length: 8 }, (_, i) => cloth(`many/${i}`, false));
    const look = looksAt({ ...settings, grid: 1, neighbourhood: 1 }, null, many, {})(wide);
    for (const i of [0, 1, 2, 3, 4, 5, 6, 7, 0, 5, 6, 7]) {
      expect((await look(i, UNTURNED)).patches.data).toHaveLength(data.length);
    }
    expect(passes, 'six of 16 MB are kept').toBe(10);
  });
});

it('knows a turned picture for what it is', async () => {
  const image = cloth('train', false);
  const turned = rotated(image);
  const [once, twelve] = [1, 12].map((turns) => ({ ...presets.smoke, size: 96, grid: 12, turns, own: null }));
  const score = (settings: PatchCoreConfig): Promise<number> =>
    fitted(settings, [image], async (detector) => (await detector.score([turned]))[0].value);
  expect(await score(twelve)).toBeLessThan(0.5 * (await score(once)));
});

/** The picture turned by a right angle. */
function rotated({ width, height, channels, data }: Image): Image {
  const turned = data.map((_, i) => data[(i % width) * width + (height - 1 - Math.floor(i / width))]);
  return { width, height, channels, data: turned };
}

it("names a network of one's own that is not there", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fsad-patchcore-'));
  const features = join(folder, 'own.onnx');
  const detector = await method.create({ ...config, features, layers: [0] }, runtime);
  const fit = (): Promise<void> => detector.fit([cloth('train', false)], { seed: 1, report: () => {} });
  await expect(fit()).rejects.toThrow('own.onnx: cannot be read');
  await rm(folder, { recursive: true });
});

it('brings grey and RGB pictures of any size to three channels in [-1, 1]', () => {
  const white: Image = { width: 50, height: 20, channels: 1, data: new Uint8Array(1000).fill(255) };
  expect(pixelsOf({ size: 40, crop: 32 }, white)).toEqual(
    tensor([1, 32, 32, 3], new Float32Array(3072).fill(1)),
  );
});
