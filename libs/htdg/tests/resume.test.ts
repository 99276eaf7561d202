import { describe, expect, it } from 'vitest';
import { sampleImages } from '@fsad/detector/conformance';
import { openEngine } from '@fsad/patch-network';
import { trainingPyramid } from '@fsad/pyramid';
import type { ScaleCheckpoint, TrainedScale, TrainingStore } from '../src/model.ts';
import { seededNoise, type NoiseSource } from '../src/noise.ts';
import { pyramidOf } from '../src/scales.ts';
import { trainScales } from '../src/trainer.ts';
import type { HtdgConfig } from '../src/config.ts';
import { small } from './small.ts';

/** A store in memory; `before` is called ahead of every write and may throw. */
class MemoryStore implements TrainingStore {
  readonly scales = new Map<number, TrainedScale>();
  latest: ScaleCheckpoint | null = null;
  readonly before: (what: string) => void;

  constructor(before: (what: string) => void = () => {}) {
    this.before = before;
  }
  async finishedScale(n: number): Promise<TrainedScale | null> {
    return this.scales.get(n) ?? null;
  }
  async saveScale(n: number, scale: TrainedScale): Promise<void> {
    this.before(`scale ${n}`);
    this.scales.set(n, scale);
  }
  async checkpoint(): Promise<ScaleCheckpoint | null> {
    return this.latest;
  }
  async saveCheckpoint(checkpoint: ScaleCheckpoint): Promise<void> {
    this.before('checkpoint');
    this.latest = checkpoint;
  }
}

const base = small('official', { iterations: 4 });
// A generator that takes part in every second iteration.
const config = { ...base, training: { ...base.training, generatorEvery: 2 } };
const pyramid = trainingPyramid(sampleImages(3, 32, 2).train, pyramidOf(config));

/**
 * Trains with what `store` holds; aborts when the progress of a scale reaches `stopAt` = [scale, iterations done], or amid an iteration, when the noise
 * called `stopAt` is drawn.
 */
async function train(
  store: TrainingStore,
  stopAt?: readonly [number, number] | string,
  with_: HtdgConfig = config,
): Promise<TrainedScale[]> {
  const engine = await openEngine('auto', { threads: 2 });
  const controller = new AbortController();
  const noise = seededNoise(5);
  const normal: NoiseSource['normal'] = (name, shape) => {
    if (name === stopAt) controller.abort(new Error('stopped'));
    return noise.normal(name, shape);
  };
  try {
    return await trainScales({
      engine,
      config: with_,
      colour: 'rgb',
      noise: { ...noise, normal },
      pyramid,
      store,
      // So that a checkpoint holds a kept state too.
      keepAfter: [1, 3],
      signal: controller.signal,
      report(event) {
        if (event.type !== 'progress' || typeof stopAt !== 'object') return;
        if (event.stage.startsWith(`scale ${stopAt[0] + 1} `) && event.done === stopAt[1]) {
          controller.abort(new Error('stopped'));
        }
      },
    });
  } finally {
    await engine.dispose();
  }
}

describe('a training that is stopped and continued', () => {
  it.each([
    [0, 1],
    [0, 3],
    [1, 0],
    [1, 2],
  ] as const)('at scale %i after %i iterations ends with the same bits', async (scale, done) => {
    const whole = await train(new MemoryStore());
    const store = new MemoryStore();
    await expect(train(store, [scale, done])).rejects.toThrow('stopped');
    const continued = await train(store);
    expect(continued).toEqual(whole);
  });

  it.each([0, 1])('amid an iteration of scale %i goes on from whole ones', async (scale) => {
    const whole = await train(new MemoryStore());
    const store = new MemoryStore();
    await expect(train(store, `scale/${scale}/iteration/2/z`)).rejects.toThrow('stopped');
    const { n, losses } = store.latest!;
    expect(n).toBe(scale);
    expect([1, 2]).toContain(losses.length);
    expect(await train(store)).toEqual(whole);
  });

  it('loses nothing but the unfinished iteration', async () => {
    const store = new MemoryStore();
    await expect(train(store, [1, 2])).rejects.toThrow('stopped');
    expect([...store.scales.keys()]).toEqual([0]);
    expect(store.latest?.losses).toHaveLength(2);
  });
});

it('a full disk stops the training with its own error and loses no finished scale', async () => {
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const store = new MemoryStore((what) => {
    if (what === 'scale 1') throw full;
  });
  await expect(train(store)).rejects.toBe(full);
  expect([...store.scales.keys()]).toEqual([0]);
});

it('reports a loss that is not finite with its scale and iteration', async () => {
  const engine = await openEngine('auto', { threads: 2 });
  const broken = { ...config, training: { ...config.training, learningRate: 1e30 } };
  const run = trainScales({
    engine,
    config: broken,
    colour: 'rgb',
    noise: seededNoise(0),
    pyramid,
    report: () => {},
  });
  await expect(run).rejects.toThrow(
    /scale 1: the \w+ loss is (NaN|Infinity) at iteration \d; training diverged/,
  );
  await engine.dispose();
});
