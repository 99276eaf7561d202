import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Image } from '@fsad/images';
import { randomStream, tensor } from '@fsad/tensors';
import { conformanceChecks, detectorConformance, sampleImages } from '../src/conformance.ts';
import {
  fingerprintFit,
  loadModel,
  parseConfig,
  requireChannels,
  requireTensor,
  requireTrainingImages,
  saveModel,
  trainSteps,
} from '../src/index.ts';
import type { Detector, DetectorMethod, FitContext, Score } from '../src/index.ts';

interface Config {
  steps: number;
}
interface State {
  mean: Float32Array;
  channels: 1 | 3;
}

const schema = z.strictObject({ steps: z.int().positive() });

/** Learns the mean image by noisy steps: small, seeded and resumable, so that every check has something to check. */
const method: DetectorMethod<Config> = {
  name: 'running-mean',
  numericVersion: 1,
  engine: 'none',
  presets: { official: { steps: 5 }, smoke: { steps: 3 } },
  defaultPreset: 'official',
  meanings: {},
  parseConfig: (input) => parseConfig('running-mean', schema, input),
  create: async (config) => new RunningMean(config),
  async load(directory) {
    const { config, state, tensors } = await loadModel(directory, method);
    const detector = new RunningMean(config);
    detector.state = { mean: requireTensor(tensors, 'mean').data, channels: state.channels as 1 | 3 };
    return detector;
  },
};

class RunningMean implements Detector {
  state: State | undefined;
  readonly config: Config;
  constructor(config: Config) {
    this.config = config;
  }

  get channels(): 1 | 3 | null {
    return this.state?.channels ?? null;
  }

  async fit(images: readonly Image[], context: FitContext): Promise<void> {
    const channels = requireTrainingImages(method.name, images);
    let mean = new Float32Array(images[0].data.length);
    await trainSteps({
      stage: 'mean',
      steps: this.config.steps,
      context,
      fingerprint: fingerprintFit(method, 'none', this.config, context.seed, images),
      checkpointEvery: 2,
      step: async (index) => {
        const noise = randomStream(context.seed, `step/${index}`).normal(mean.length);
        const { data } = images[index % images.length];
        mean = mean.map((value, i) => value + 0.5 * (data[i] + 0.01 * noise[i] - value));
        return { brightness: mean[0] };
      },
      capture: async () => new Map([['mean', tensor([mean.length], mean)]]),
      restore: (tensors) => (mean = Float32Array.from(requireTensor(tensors, 'mean', [mean.length]).data)),
    });
    this.state = { mean, channels };
  }

  async score(images: readonly Image[], signal?: AbortSignal): Promise<Score[]> {
    const { mean, channels } = this.fitted();
    requireChannels(method.name, images, channels);
    return images.map(({ data }) => {
      signal?.throwIfAborted();
      return { value: data.reduce((sum, value, i) => sum + (value - mean[i]) ** 2, 0) };
    });
  }

  async save(directory: string): Promise<void> {
    const { mean, channels } = this.fitted();
    const tensors = new Map([['mean', tensor([mean.length], mean)]]);
    await saveModel(directory, method, { config: this.config, state: { channels }, tensors });
  }

  dispose(): void {
    this.state = undefined;
  }

  private fitted(): State {
    if (!this.state) throw new Error('running-mean: fit it or load a saved one first');
    return this.state;
  }
}

const options = { config: { steps: 6 }, images: sampleImages(1, 16) };
detectorConformance(method, options);

describe('the conformance suite', () => {
  const verdict = async (broken: Partial<Omit<Detector, 'channels'>>, fact: RegExp): Promise<void> => {
    const spoiled: DetectorMethod<Config> = {
      ...method,
      create: async (config) => Object.assign(new RunningMean(config), broken),
    };
    const check = conformanceChecks(spoiled, options).find((each) => fact.test(each.fact));
    if (!check) throw new Error(`no check matches ${fact}`);
    return check.check();
  };
  let calls = 0;

  it.each<[string, RegExp, Partial<Omit<Detector, 'channels'>>]>([
    ['scores the wrong way round', /below a clearly different/, { score: negated }],
    ['compares images within a call', /does not depend/, { score: relative }],
    [
      'draws from a source of its own',
      /same seed/,
      { score: async (all) => all.map(() => ({ value: calls++ })) },
    ],
    ['localises but does not inspect', /those of an inspection/, { localize: async () => [] }],
    ['draws a picture too few', /draws pictures/, { generate: async () => [] }],
    ['gives NaN', /one image/, { score: async (all) => all.map(() => ({ value: NaN })) }],
    ['ignores the signal', /an abort ends/, { fit: withoutSignal }],
    ['ignores checkpoints of others badly', /another seed/, { fit: withFixedFingerprint }],
    ['leaves a file behind', /saved detector scores/, { save: saveTwice }],
    ['scores unfitted', /scoring before/, { score: async () => [] }],
    ['learns from nothing', /without images/, { fit: async () => {} }],
  ])('notices a method that %s', async (_, fact, broken) => {
    await expect(verdict(broken, fact)).rejects.toThrow();
  });

  async function negated(this: RunningMean, images: readonly Image[]): Promise<Score[]> {
    const scores = await RunningMean.prototype.score.call(this, images);
    return scores.map(({ value }) => ({ value: -value }));
  }
  async function relative(this: RunningMean, images: readonly Image[]): Promise<Score[]> {
    const scores = await RunningMean.prototype.score.call(this, images);
    return scores.map(({ value }) => ({ value: value / scores.length }));
  }
  function withoutSignal(this: RunningMean, images: readonly Image[], context: FitContext): Promise<void> {
    return RunningMean.prototype.fit.call(this, images, { ...context, signal: undefined });
  }
  function withFixedFingerprint(
    this: RunningMean,
    _images: readonly Image[],
    context: FitContext,
  ): Promise<void> {
    return trainSteps({
      stage: 'mean',
      steps: 3,
      context,
      fingerprint: 'same for all',
      checkpointEvery: 1,
      step: async (i) => {
        if (i === 0) this.state = { mean: randomStream(context.seed, 'x').normal(256), channels: 1 };
        return {};
      },
      capture: async () => new Map([['mean', tensor([256], this.state?.mean)]]),
      restore: (tensors) => (this.state = { mean: requireTensor(tensors, 'mean').data, channels: 1 }),
    });
  }
  async function saveTwice(this: RunningMean, directory: string): Promise<void> {
    await RunningMean.prototype.save.call(this, directory);
    await RunningMean.prototype.save.call(this, `${directory}.tmp`);
  }
});
