import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine, patchSide, type Batch, type Engine, type NetworkSpec } from '@fsad/patch-network';
import { ADAM, exampleImages, exampleState, gradientsAfterFirstStep } from '@fsad/patch-network/conformance';
import { randomStream, tensor, type Tensor } from '@fsad/tensors';
import { colourTransforms, planCopies, rotations, type CopyPlan } from '@fsad/transforms';
import { augmentationTask, transformationTask, type FakeClass, type PatchTask } from '../src/index.ts';

const SIDE = 12;
const STEP = 1 / 1024;
const stream = () => randomStream(3, 'copies');

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine('reference');
});
afterAll(async () => engine.dispose());

/** Two images [2, S, S, 3]. */
function images(name: string): Tensor {
  return tensor([2, SIDE, SIDE, 3], exampleImages(2 * SIDE * SIDE * 3, name));
}

function specOf({ outputs }: PatchTask, padding: NetworkSpec['padding'] = 'valid'): NetworkSpec {
  return { inputChannels: 3, width: 4, outputChannels: outputs, padding };
}

/** Flips, shifts, turns and greys: every sixth of the 54. */
const some = colourTransforms.filter((_, i) => i % 6 === 0);
const [identity] = rotations;

const tasks: [string, PatchTask, NetworkSpec['padding']][] = [
  [
    'official copies, fake last',
    transformationTask(planCopies(some, SIDE, 'official', 'separate'), 'last'),
    'valid',
  ],
  [
    'shared canvases, fake last',
    transformationTask(planCopies(some, SIDE, 'fast', 'shared'), 'last'),
    'valid',
  ],
  [
    'the text: fake first, padded',
    transformationTask(planCopies(some, SIDE, 'paper', 'separate'), 'first'),
    'same',
  ],
  ['ablation (b)', transformationTask(planCopies([identity], SIDE, 'fast', 'separate'), 'last'), 'valid'],
  ['ablation (c)', augmentationTask(some, planCopies([identity], SIDE, 'fast', 'separate')), 'valid'],
];

/** The classes of a batch's windows by the transformation they show. */
function labels(batch: Batch, plan: CopyPlan): number[] {
  const found: number[] = [];
  for (const [i, { windows }] of batch.canvases.entries()) {
    for (const [w, { label }] of windows.entries()) found[plan.canvases[i].windows[w].transform] = label;
  }
  return found;
}

describe('the classes of M = 4 transformations', () => {
  const plan = planCopies(rotations, SIDE, 'fast', 'shared');
  it.each([
    ['first', 5, [1, 2, 3, 4], 0],
    ['last', 5, [0, 1, 2, 3], 4],
  ] as [FakeClass, number, number[], number][])('fake %s', (fakeClass, outputs, real, fake) => {
    const task = transformationTask(plan, fakeClass);
    const copies = task.copies(images('real'), stream);
    expect(task.outputs).toBe(outputs);
    expect(labels(copies.real(), plan)).toEqual(real);
    expect(labels(copies.fake(), plan)).toEqual([fake, fake, fake, fake]);
    expect(labels(task.probe(images('real')), plan)).toEqual(real);
    expect(task.excludedLabel).toBe(fake);
  });

  it('without a fake class, ablation (a), are M alone', () => {
    const task = transformationTask(plan, 'none');
    expect([task.outputs, task.excludedLabel]).toEqual([4, null]);
    expect(() => task.copies(images('real'), stream).fake()).toThrow('no fake class');
  });

  it('with the identity alone are real and fake, and nothing is left out of the softmax', () => {
    const task = transformationTask(planCopies([identity], SIDE, 'fast', 'shared'), 'last');
    expect([task.outputs, task.excludedLabel]).toEqual([2, null]);
  });
});

it('a discriminator that knows nothing loses ln(M + 1) on real and on fake copies (Eq. 3, 4)', async () => {
  const task = transformationTask(planCopies(colourTransforms, SIDE, 'fast', 'shared'), 'last');
  const spec = specOf(task);
  const state = new Map(exampleState(spec));
  for (const name of ['block4.conv.weight', 'block4.conv.bias'])
    state.set(name, tensor(state.get(name)!.shape));
  const network = await engine.createDiscriminator(spec, state);
  const real = task.copies(images('real'), stream).real();
  const fake = task.copies(images('fake'), stream).fake();
  const losses = await network.step(real, fake, ADAM);
  expect(losses.real).toBeCloseTo(Math.log(55), 6);
  expect(losses.fake).toBeCloseTo(Math.log(55), 6);
});

describe.each(tasks)('%s', (_, task, padding) => {
  const spec = specOf(task, padding);
  const state = exampleState(spec);

  it('has the mean cross entropy of its logits as losses (Eq. 3 to 5)', async () => {
    const copies = task.copies(images('fake'), stream);
    for (const batch of [copies.real(), copies.fake()]) {
      const network = await engine.createDiscriminator(spec, state);
      const maps = await network.logits(batch, 'trained');
      const losses: number[] = [];
      const patches = patchSide(spec, SIDE);
      for (const [i, { windows, height, width }] of batch.canvases.entries()) {
        const row = patchSide(spec, width);
        const area = patchSide(spec, height) * row;
        for (const { top, left, label } of windows) {
          for (let p = 0; p < 2 * patches * patches; p++) {
            const [n, y, x] = [Math.floor(p / patches ** 2), Math.floor(p / patches) % patches, p % patches];
            const start = (n * area + (top + y) * row + left + x) * task.outputs;
            const logits = maps[i].subarray(start, start + task.outputs);
            losses.push(Math.log(logits.reduce((sum, value) => sum + Math.exp(value), 0)) - logits[label]);
          }
        }
      }
      const mean = losses.reduce((a, b) => a + b, 0) / losses.length;
      expect((await network.inputGradient(batch)).loss).toBeCloseTo(mean, 5);
    }
  });

  it('trains the discriminator along the slope of the real and the fake loss together (Eq. 3, 4)', async () => {
    const real = task.copies(images('real'), stream).real();
    const fake = task.copies(images('fake'), stream).fake();
    const lossesOf = async (from: typeof state) => {
      const network = await engine.createDiscriminator(spec, from);
      const losses = await network.step(real, fake, ADAM);
      return { network, sum: losses.real + losses.fake! };
    };
    const { network } = await lossesOf(state);
    const gradients = gradientsAfterFirstStep(await network.exportState(), ADAM);
    const largest = Math.max(...[...gradients.values()].map((values) => Math.hypot(...values)));
    for (const [name, gradient] of gradients) {
      const { shape, data } = state.get(name)!;
      const norm = Math.hypot(...gradient) || 1;
      const lossAt = async (by: number): Promise<number> => {
        const moved = data.map((value, i) => value + (by * gradient[i]) / norm);
        return (await lossesOf(new Map(state).set(name, tensor(shape, moved)))).sum;
      };
      const slope = ((await lossAt(STEP)) - (await lossAt(-STEP))) / (2 * STEP);
      expect(Math.abs(Math.hypot(...gradient) - slope), name).toBeLessThan(2e-2 * norm + 1e-3 * largest);
    }
  });

  it('gives the generator the slope of its loss at the images (Eq. 5)', async () => {
    const fake = images('fake');
    const pass = async (at: Tensor) => {
      const copies = task.copies(at, stream);
      const network = await engine.createDiscriminator(spec, state);
      return { copies, ...(await network.inputGradient(copies.real())) };
    };
    const { copies, gradients } = await pass(fake);
    const { shape, data } = copies.imageGradient(gradients);
    expect(shape).toEqual(fake.shape);
    const norm = Math.hypot(...data);
    const noise = exampleImages(data.length, 'direction');
    for (const direction of [data.map((v) => v / norm), noise.map((v) => v / Math.hypot(...noise))]) {
      const lossAt = async (by: number): Promise<number> =>
        (
          await pass(
            tensor(
              shape,
              fake.data.map((value, i) => value + by * direction[i]),
            ),
          )
        ).loss;
      const slope = ((await lossAt(STEP)) - (await lossAt(-STEP))) / (2 * STEP);
      const along = data.reduce((sum, value, i) => sum + value * direction[i], 0);
      expect(Math.abs(along - slope)).toBeLessThan(2e-2 * norm + 1e-5);
    }
  });
});

describe('ablation (c)', () => {
  it('shows every image under one transformation of its own, the same for the same stream', () => {
    const task = augmentationTask(rotations, planCopies([identity], SIDE, 'fast', 'separate'));
    const [canvas] = task.copies(images('real'), stream).real().canvases;
    const [again] = task.copies(images('real'), stream).real().canvases;
    expect([...again.images]).toEqual([...canvas.images]);
    const size = SIDE * SIDE * 3;
    const { images: all, windows } = canvas;
    expect(windows).toEqual([{ top: 0, left: 0, label: 0 }]);
    for (const n of [0, 1]) {
      const original = images('real').data.subarray(n * size, (n + 1) * size);
      const shown = all.subarray(n * size, (n + 1) * size);
      expect([...shown].sort()).toEqual([...original].sort());
    }
  });

  it('is scored on the untransformed image as real', () => {
    const task = augmentationTask(rotations, planCopies([identity], SIDE, 'fast', 'separate'));
    const { canvases } = task.probe(images('real'));
    expect([...canvases[0].images]).toEqual([...images('real').data]);
    expect(canvases[0].windows).toEqual([{ top: 0, left: 0, label: 0 }]);
  });
});
