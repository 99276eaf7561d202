import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DetectorEvent } from '@fsad/detector';
import { detectorConformance, sampleImages } from '@fsad/detector/conformance';
import { method } from '../src/detector.ts';
import { presets } from '../src/presets.ts';
import { encodeScale } from '../src/scale-file.ts';
import { small } from './small.ts';

const runtime = { engine: 'auto', threads: 2 };
const quiet = { seed: 0, report: () => {} };

describe.each(['official', 'paper', 'fast'] as const)('preset %s, RGB', (preset) =>
  detectorConformance(method, { config: small(preset), images: sampleImages(3, 32, 2) }),
);
describe('preset fast, grey', () =>
  detectorConformance(method, { config: small('fast'), images: sampleImages(1, 32, 1) }));

describe.each(['no-generator', 'no-transformations', 'augmentation', 'single-scale-20'] as const)(
  'ablation %s',
  (variant) => {
    it('trains, and scores test images differently from one another', async () => {
      const { train, test } = pictures();
      const detector = await method.create(small('official', { variant }), runtime);
      await detector.fit(train, quiet);
      const scores = (await detector.score(test)).map(({ value }) => value);
      expect(scores.every(Number.isFinite)).toBe(true);
      expect(new Set(scores).size).toBe(scores.length);
      detector.dispose();
    });
  },
);

it('the ablation of one scale of 100 px has one scale of 100 px', async () => {
  const { train } = pictures();
  const detector = await method.create(
    small('official', { variant: 'single-scale-100', iterations: 1 }),
    runtime,
  );
  await detector.fit(train.slice(0, 1), quiet);
  expect(detector.model.scales.map(({ side }) => side)).toEqual([100]);
  detector.dispose();
});

it('trains the generator in iterations 0, n, 2n, ... and the discriminator in all', async () => {
  const config = small('fast', { iterations: 5 });
  const training = { ...config.training, generatorEvery: 2 };
  const told: string[] = [];
  const detector = await method.create({ ...config, training }, runtime);
  await detector.fit(pictures().train, {
    seed: 0,
    report: (event) => {
      if (event.type === 'metric') told.push(`${event.name} ${event.step}`);
    },
  });
  for (const [n, { losses, generator }] of detector.model.scales.entries()) {
    for (const name of ['fake', 'adversarial', 'reconstruction'] as const) {
      expect(losses.map((row) => Number.isFinite(row[name]))).toEqual([true, false, true, false, true]);
      expect(told.filter((point) => point.startsWith(`scale/${n}/${name} `))).toHaveLength(3);
    }
    expect(losses.every(({ real }) => Number.isFinite(real))).toBe(true);
    expect(generator).not.toBeNull();
  }
  detector.dispose();
});

it('uses 54 transformations for RGB and 42 for grey, each with a fake class (docs/presets.md#4.1)', async () => {
  for (const [channels, outputs] of [
    [3, 55],
    [1, 43],
  ] as const) {
    const detector = await method.create(small('fast', { set: 'all', iterations: 1 }), runtime);
    await detector.fit(sampleImages(channels, 32, 1).train, quiet);
    expect(detector.model.scales[0].discriminator.get('block4.conv.bias')?.shape).toEqual([outputs]);
    detector.dispose();
  }
});

it('scores every fraction of patches in one pass, the configured one as the score (Sec. 3.3)', async () => {
  const { train, test } = pictures();
  const config = small('official');
  const detector = await method.create(
    { ...config, scoring: { ...config.scoring, fraction: 0.1, fractions: [1, 0.5] } },
    runtime,
  );
  await detector.fit(train, quiet);
  const [{ value, scales, fractions }] = await detector.score(test);
  expect(scales).toHaveLength(2);
  expect(fractions?.map(({ fraction }) => fraction)).toEqual([0.1, 1, 0.5]);
  expect(value).toBe(fractions![0].value);
  detector.dispose();
});

it('the number of threads changes no bit of a training', async () => {
  const { train } = pictures();
  const weights: Float32Array[] = [];
  for (const threads of [1, 2]) {
    const detector = await method.create(small('fast', { set: 'all' }), {
      ...runtime,
      threads,
    });
    await detector.fit(train, quiet);
    weights.push(detector.model.scales[1].discriminator.get('block4.conv.weight')!.data);
    detector.dispose();
  }
  expect(weights[0]).toEqual(weights[1]);
});

it('images of two sizes of a preset’s input give maps of the finest side', async () => {
  const { train, test } = pictures();
  const detector = await method.create(small('fast'), runtime);
  await detector.fit(train, quiet);
  const [map] = await detector.localize!(test.slice(0, 1));
  expect([map.width, map.height, map.data.length]).toEqual([20, 20, 400]);
  detector.dispose();
});

it('maps only the patches that make the score (Sec. 4.2)', async () => {
  const { train, test } = pictures();
  const config = small('fast');
  const scoring = { ...config.scoring, fraction: 0.01 };
  const detector = await method.create({ ...config, scoring }, runtime);
  await detector.fit(train, quiet);
  const [map] = await detector.localize!(test.slice(0, 1));
  // One patch of each copy, at most 1 each, in the mean over copies; all 100 patches would add up to far more.
  expect(map.data.reduce((sum, value) => sum + value, 0)).toBeLessThanOrEqual(1);
  expect(Math.max(...map.data)).toBeGreaterThan(0);
  detector.dispose();
});

it('draws samples of the finest scale without end, other ones each round and the same for the same seed', async () => {
  const detector = await method.create(small('fast'), runtime);
  await detector.fit(pictures().train, quiet);
  const draw = async (rounds: number): Promise<Float32Array[]> => {
    const drawn: Float32Array[] = [];
    for await (const { shape, data } of detector.finestSamples(7)) {
      expect(shape).toEqual([2, 20, 20, 3]);
      if (drawn.push(data) === rounds) break;
    }
    return drawn;
  };
  const [first, second] = await draw(2);
  expect(first).not.toEqual(second);
  expect(await draw(1)).toEqual([first]);
  detector.dispose();
});

it('refuses a picture smaller than the receptive field, naming it', async () => {
  const detector = await method.create(small(), runtime);
  const tiny = { width: 10, height: 12, channels: 3 as const, data: new Uint8Array(360) };
  await expect(detector.fit([tiny], quiet)).rejects.toThrow(/picture 0: .*10 x 12.*receptive field/);
  detector.dispose();
});

it('names an unknown configuration key, also deep inside', () => {
  const config = structuredClone(presets.fast) as Record<string, unknown>;
  (config.training as Record<string, unknown>).iteration = 3;
  expect(() => method.parseConfig(config)).toThrow(/"training\.iteration"/);
});

describe('a model folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'fsad-htdg-')), 'model');
    const detector = await method.create(small(), runtime);
    await detector.fit(pictures().train, quiet);
    await detector.save(folder);
    detector.dispose();
  });
  afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

  it('that misses a scale says which, and how many are finished', async () => {
    await rm(join(folder, 'scale-1.safetensors'));
    await expect(method.load(folder, runtime)).rejects.toThrow(
      /scale-1\.safetensors: missing; of 2 scales 1 are/,
    );
  });

  it('with a truncated scale names the file', async () => {
    await truncate(join(folder, 'scale-0.safetensors'), 5000);
    await expect(method.load(folder, runtime)).rejects.toThrow(/scale-0\.safetensors: truncated/);
  });

  it('with one changed byte is refused by its checksum', async () => {
    const path = join(folder, 'scale-0.safetensors');
    const content = await readFile(path);
    content[content.length - 100] ^= 1;
    await writeFile(path, content);
    await expect(method.load(folder, runtime)).rejects.toThrow(/scale-0\.safetensors: damaged/);
  });

  it.each([NaN, Infinity])('with a weight of %d is refused, naming file and tensor', async (value) => {
    const path = join(folder, 'scale-1.safetensors');
    const { model } = await method.load(folder, runtime);
    model.scales[1].generator!.state.get('block2.norm.weight')!.data[3] = value;
    await writeFile(path, encodeScale(1, model.scales[1], model.origin));
    await expect(method.load(folder, runtime)).rejects.toThrow(
      new RegExp(`scale-1\\.safetensors: tensor generator\\.block2\\.norm\\.weight holds ${value}`),
    );
  });

  it('with a scale of another training, or an edited configuration, is refused', async () => {
    const path = join(folder, 'config.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"fraction": 1,', '"fraction": 0.5,'));
    await expect(method.load(folder, runtime)).rejects.toThrow(
      /config\.json: its configuration is not the one that/,
    );
    await writeFile(path, text);
    const other = join(folder, '..', 'other');
    const detector = await method.create(small(), runtime);
    await detector.fit(pictures().train, { ...quiet, seed: 1 });
    await detector.save(other);
    detector.dispose();
    await copyFile(join(other, 'scale-1.safetensors'), join(folder, 'scale-1.safetensors'));
    await expect(method.load(folder, runtime)).rejects.toThrow(
      /scale-1\.safetensors: belongs to another training/,
    );
  });

  it('whose training is continued with a torn checkpoint or scale loses what came after the last good file, and says so', async () => {
    const notes: string[] = [];
    const report = (event: DetectorEvent): void => void (event.type === 'note' && notes.push(event.text));
    const again = async (): Promise<string[]> => {
      const detector = await method.create(small(), runtime);
      await detector.fit(pictures().train, { seed: 0, report, checkpoints: folder });
      const states = detector.model.scales.map(({ discriminator }) => [...discriminator.values()]);
      detector.dispose();
      return states.map((state) => state.map(({ data }) => data.join()).join());
    };
    const undisturbed = await again();
    expect(notes).toEqual([]);
    await rm(join(folder, 'scale-1.safetensors'));
    await writeFile(join(folder, 'checkpoint.safetensors'), 'torn');
    expect(await again()).toEqual(undisturbed);
    await rm(join(folder, 'checkpoint.safetensors'));
    await truncate(join(folder, 'scale-0.safetensors'), 5000);
    expect(await again()).toEqual(undisturbed);
    expect(notes).toEqual([
      expect.stringMatching(/checkpoint\.safetensors.*; going on from what was learned before it$/),
      expect.stringMatching(/scale-0\.safetensors.*; going on from what was learned before it$/),
    ]);
  });

  it('that says its discriminator was not averaged opens; one that was is refused by that key', async () => {
    const path = join(folder, 'config.json');
    const { model } = await method.load(folder, runtime);
    for (const [n, scale] of model.scales.entries()) {
      const { fingerprint } = model.origin;
      await writeFile(join(folder, `scale-${n}.safetensors`), encodeScale(n, scale, { fingerprint }));
    }
    const header = JSON.parse(await readFile(path, 'utf8')) as { config: { training: object } };
    const write = (averageFrom: unknown): Promise<void> => {
      const config = { ...header.config, training: { ...header.config.training, averageFrom } };
      return writeFile(path, JSON.stringify({ ...header, config }));
    };
    await write(null);
    expect((await method.load(folder, runtime)).config).toEqual(small());
    await write(0.5);
    await expect(method.load(folder, runtime)).rejects.toThrow(/"training\.averageFrom"/);
  });

  it('without a description is no model folder', async () => {
    await rm(join(folder, 'config.json'));
    await expect(method.load(folder, runtime)).rejects.toThrow(/not a model folder/);
  });
});

function pictures() {
  const { train, normal, anomalous } = sampleImages(3, 32, 2);
  return { train, test: [normal, anomalous, ...train] };
}
