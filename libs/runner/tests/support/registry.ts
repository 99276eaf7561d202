import { appendFileSync } from 'node:fs';
import { drawSplit, selectTest, type Dataset, type DatasetName, type TestItem } from '@fsad/datasets';
import {
  fingerprintFit,
  methodFromRecipe,
  trainSteps,
  type DetectorMethod,
  type FitContext,
} from '@fsad/detector';
import type { Image } from '@fsad/images';
import { randomStream, tensor, type Tensor } from '@fsad/tensors';
import { z } from 'zod';
import type { Registry } from '../../src/registry.ts';

/** How the fake method behaves half-way through its fit. */
const behaviours = [
  'well',
  'diverge',
  'throw',
  'crash',
  'die',
  'hog',
  'disk-full',
  'hang',
  'wrong-score',
] as const;

const schema = z.strictObject({
  steps: z.int().positive(),
  msPerStep: z.number().min(0),
  checkpointEvery: z.int().positive(),
  behaviour: z.enum(behaviours),
  inner: z.strictObject({ shift: z.number() }),
});
export type SteadyConfig = z.infer<typeof schema>;

const plain: SteadyConfig = {
  steps: 20,
  msPerStep: 1,
  checkpointEvery: 5,
  behaviour: 'well',
  inner: { shift: 0 },
};

/** A deterministic method that learns nothing useful: named random streams folded into a state of four numbers. */
export const steady: DetectorMethod<SteadyConfig> = methodFromRecipe<SteadyConfig, Tensor, null>({
  name: 'steady',
  numericVersion: 1,
  engine: 'none',
  presets: { plain, long: { ...plain, steps: 200 } },
  defaultPreset: 'plain',
  shorten: (config) => ({ steps: config.steps, settings: (steps) => ({ ...config, steps }) }),
  schema,
  open: async () => null,
  async fit({ config }, images, context) {
    const state = tensor([4]);
    await trainSteps({
      stage: 'scale-0',
      steps: config.steps,
      context,
      fingerprint: fingerprintFit(
        { name: 'steady', numericVersion: 1 },
        'none',
        config,
        context.seed,
        images,
      ),
      checkpointEvery: config.checkpointEvery,
      step: (index) => step(config, context, state, index),
      capture: async () => new Map([['state', tensor([4], state.data.slice())]]),
      restore: (tensors) => state.data.set((tensors.get('state') as Tensor).data),
    });
    const log = process.env.FSAD_TEST_LOG;
    if (log) appendFileSync(log, `${context.seed} ${images[0].data.join()}\n`);
    const level = images.reduce((sum, image) => sum + mean(image), 0) / images.length;
    return tensor([5], Float32Array.from([level, ...state.data]));
  },
  async score({ config }, model, images) {
    return images.map((image) => {
      const noise = randomStream(Math.round(1e6 * model.data[1]), `score/${image.data.join()}`).uniform();
      const value = Math.abs(mean(image) - model.data[0]) + 40 * noise + config.inner.shift;
      const further = {
        scales: [value, -value],
        fractions: [
          { fraction: 1, value },
          { fraction: 0.05, value: noise },
        ],
        parts: { other: noise },
      };
      return { value: config.behaviour === 'wrong-score' ? NaN : value, ...further };
    });
  },
  async localize(_, model, images) {
    return images.map(({ width, height, channels, data }) => ({
      width,
      height,
      data: Float32Array.from({ length: width * height }, (_, i) =>
        Math.abs(data[i * channels] - model.data[0]),
      ),
    }));
  },
  generate: async (_, model, seeds) =>
    seeds.map((seed) => ({
      seed,
      of: 0,
      scales: [{ width: 1, height: 1, channels: 1, data: Uint8Array.of(model.data[0]) }],
    })),
  pack: async (model) => ({ tensors: new Map([['model', model]]) }),
  unpack: async (_, { tensors }) => tensors.get('model') as Tensor,
});

async function step(
  config: SteadyConfig,
  context: FitContext,
  state: Tensor,
  index: number,
): Promise<Record<string, number>> {
  if (config.msPerStep > 0) await new Promise((resolve) => setTimeout(resolve, config.msPerStep));
  const stream = randomStream(context.seed, `step/${index}`);
  for (let i = 0; i < 4; i++) state.data[i] = 0.9 * state.data[i] + stream.uniform();
  if (index === Math.floor(config.steps / 2)) await misbehave(config.behaviour, context);
  return { loss: state.data[0] };
}

async function misbehave(behaviour: SteadyConfig['behaviour'], context: FitContext): Promise<void> {
  switch (behaviour) {
    case 'diverge':
      return context.report({ type: 'metric', name: 'generator/loss', step: 3, value: Infinity });
    case 'throw':
      throw new Error('the method cannot go on');
    case 'crash':
      return process.abort();
    case 'die':
      process.kill(process.pid, 'SIGKILL');
      return hang();
    case 'hog': {
      const hoard: Uint8Array[] = [];
      for (;;) {
        hoard.push(new Uint8Array(16 * 2 ** 20).fill(1));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    case 'disk-full':
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    case 'hang':
      return hang();
  }
}

/** Blocks the event loop, as a long call into native code does. */
function hang(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
}

function mean({ data }: Image): number {
  return data.reduce((sum, value) => sum + value, 0) / data.length;
}

const sides = 4;

/** Grey 4 x 4 pictures; class c is bright around 20 * (c + 1). Those of Paris are trained on and scored alike. */
export function fakeDataset(name: DatasetName, classes: readonly string[], testImages = 12): Dataset {
  const numbered = (folder: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${folder}/${String(i).padStart(3, '0')}`);
  const fingerprint = `fake ${name} ${classes.length} ${testImages} ${process.env.FSAD_TEST_FINGERPRINT ?? ''}`;
  return {
    name,
    classes,
    colour: 'grey',
    options: {},
    fingerprint,
    stamp: 'fake',
    warnings: name === 'mvtec' ? ['half of it is missing'] : [],
    taskOf: () => (name === 'mvtec' ? 'defects' : 'one-class'),
    fingerprintOf: () => fingerprint,
    ids: () => [],
    trainIds: (className) => {
      if (!classes.includes(className)) throw new Error(`${name} has no class ${className}`);
      if (name === 'paris')
        return numbered(`${className}/test`, testImages)
          .filter((_, i) => i % 2 === 0)
          .map((id) => `${id}/good`);
      return numbered(`${className}/train`, 10);
    },
    testItems: (className) =>
      numbered('test', testImages).map((id, i): TestItem => {
        const kind = classes[i % Math.min(classes.length, 2)];
        const anomalous = i % 2 === 1;
        return {
          id: `${className}/${id}/${anomalous ? 'bad' : 'good'}`,
          anomalous,
          kind,
          hasMask: anomalous && name === 'mvtec',
        };
      }),
    async image(id) {
      const stream = randomStream(7, `image/${name}/${id}`);
      const level = 20 * ((classes.indexOf(id.split('/')[0]) % 10) + 1) + (id.endsWith('bad') ? 30 : 0);
      const data = Uint8Array.from({ length: sides * sides }, () => level + stream.integer(20));
      return { width: sides, height: sides, channels: 1, data };
    },
    async mask(id) {
      if (name !== 'mvtec' || !id.endsWith('bad')) return null;
      const data = Uint8Array.from({ length: sides * sides }, (_, i) => (i < sides ? 255 : 0));
      return { width: sides, height: sides, channels: 1, data };
    },
    close: async () => undefined,
  };
}

export const registry: Registry = {
  methods: { steady: async () => steady as DetectorMethod<unknown> },
  async openDataset(name, path) {
    if (path === 'missing') throw new Error(`${name}: the folder ${path} does not exist`);
    return fakeDataset(name, name === 'mnist' ? ['3', '8'] : ['grid', 'screw', 'wood']);
  },
  drawSplit,
  chooseTest: (dataset, split, { subset, testCount, limit }) =>
    selectTest(dataset, split, { subset, testSubset: testCount ?? undefined, limit }),
  async resolveEngine(_, requested) {
    if (requested === 'broken') throw new Error('engine broken does not work here');
    const name = requested === 'auto' ? 'plain' : requested;
    return { name, runtime: name, instructionSet: null, coreGroup: 1 };
  },
  decoder: 'fake decoder',
};
