import {
  meaningsOf,
  fingerprintFit,
  parseConfig,
  requireChannels,
  requireTrainingImages,
  type AnomalyMap,
  type Detector,
  type DetectorMethod,
  type DrawnPicture,
  type FitContext,
  type Inspection,
  type MethodRuntime,
  type OnnxExport,
  type Score,
  type TrainingReview,
} from '@fsad/detector';
import { tensorToImage, withChannels, type Image } from '@fsad/images';
import { contactSheet } from '@fsad/images/sheets';
import { openEngine, RECEPTIVE_FIELD, type Engine, type EngineName } from '@fsad/patch-network';
import { trainingPyramid } from '@fsad/pyramid';
import type { Tensor } from '@fsad/tensors';
import { configSchema, type HtdgConfig } from './config.ts';
import { folderStore, readModel, writeHeader, writeModel } from './model-folder.ts';
import type { HtdgModel, ModelOrigin } from './model.ts';
import { NAME, NUMERIC_VERSION } from './name.ts';
import { seededNoise } from './noise.ts';
import { defectFraction, presets } from './presets.ts';
import { reviewTraining, scaleViews, type ScaleView } from './review.ts';
import { finestSamples, sampleModel } from './sample.ts';
import { planScales, pyramidOf } from './scales.ts';
import { Scorer } from './score-images.ts';
import { trainScales } from './trainer.ts';

/** HTDG behind the interface of all methods, with what only a generative model can do besides. */
export class HtdgDetector implements Detector {
  readonly config: HtdgConfig;
  readonly engine: Engine;
  #model: HtdgModel | null = null;
  #scorer: Promise<Scorer> | null = null;
  /** A scorer of an earlier state, the last one asked for. */
  #earlier: { readonly iterations: number; readonly scorer: Promise<Scorer> } | null = null;
  readonly generate?: Detector['generate'];
  readonly review?: Detector['review'];

  constructor(config: HtdgConfig, engine: Engine, model: HtdgModel | null = null) {
    this.config = config;
    this.engine = engine;
    this.#model = model;
    if (config.variant !== 'no-generator') this.generate = (seeds) => this.#generate(seeds);
    if (contactSheet) this.review = this.#review.bind(this, contactSheet);
  }

  get channels(): 1 | 3 | null {
    if (!this.#model) return null;
    return this.#model.origin.colour === 'grey' ? 1 : 3;
  }

  /** What was learned. @throws Error before `fit`. */
  get model(): HtdgModel {
    if (!this.#model) throw new Error(`${NAME}: fit the detector or load a saved one first`);
    return this.#model;
  }

  /**
   * Trains all scales on k >= 1 images (Sec. 3). With `checkpoints` the folder receives each finished scale and is continued when it holds the same training.
   * @throws RangeError for an image smaller than the receptive field; the signal's reason when aborted.
   */
  async fit(images: readonly Image[], context: FitContext): Promise<void> {
    const origin = this.originOf(images, context.seed);
    const { colour } = origin;
    context.signal?.throwIfAborted();
    const last = this.config.training.iterations[colour];
    const beyond = context.keepAfter?.find((iterations) => iterations > last);
    if (beyond !== undefined) {
      throw new RangeError(
        `${NAME}: asked to keep the state after ${beyond} iterations, but trains only ${last}`,
      );
    }
    const plans = planScales(this.config, colour);
    const pyramid = trainingPyramid(images, pyramidOf(this.config));
    const header = { config: this.config, origin };
    if (context.checkpoints) await writeHeader(context.checkpoints, header);
    const scales = await trainScales({
      engine: this.engine,
      config: this.config,
      colour,
      noise: seededNoise(context.seed),
      pyramid,
      report: context.report,
      signal: context.signal,
      keepAfter: context.keepAfter,
      store: context.checkpoints
        ? folderStore(context.checkpoints, header, plans, {
            beforeCheckpoint: context.beforeCheckpoint,
            onDamaged: (text) => context.report({ type: 'note', text }),
          })
        : undefined,
    });
    await this.#forget();
    this.#model = { config: this.config, origin, scales };
  }

  /** What the model of a training on these images will say it came from. @throws Error unless they can be learned from. */
  originOf(images: readonly Image[], seed: number): ModelOrigin {
    const { name, instructionSet } = this.engine;
    const identity = { name: NAME, numericVersion: NUMERIC_VERSION };
    return {
      colour: requireTrainingImages(NAME, images) === 1 ? 'grey' : 'rgb',
      shots: images.length,
      seed,
      engine: name,
      instructionSet,
      fingerprint: fingerprintFit(identity, `${name} ${instructionSet}`, this.config, seed, images),
    };
  }

  async score(images: readonly Image[], signal?: AbortSignal): Promise<Score[]> {
    this.#requireColour(images);
    return (await this.#openScorer()).score(images, signal);
  }

  /** Each scale scores as it did after so many of its own iterations; the scales below it had had all of theirs. */
  async scoreAfter(iterations: number, images: readonly Image[], signal?: AbortSignal): Promise<Score[]> {
    this.#requireColour(images);
    if (this.#earlier?.iterations !== iterations) {
      await this.#forgetEarlier();
      this.#earlier = { iterations, scorer: Scorer.open(this.engine, modelAfter(iterations, this.model)) };
    }
    return (await this.#earlier.scorer).score(images, signal);
  }

  async localize(images: readonly Image[], signal?: AbortSignal): Promise<AnomalyMap[]> {
    return (await this.inspect(images, signal)).maps;
  }

  async inspect(images: readonly Image[], signal?: AbortSignal): Promise<Inspection> {
    this.#requireColour(images);
    return (await this.#openScorer()).inspect(images, signal);
  }

  async toOnnx(): Promise<OnnxExport> {
    const { htdgToOnnx } = await import('./export/to-onnx.ts');
    return htdgToOnnx(this.model);
  }

  async #review(draw: NonNullable<typeof contactSheet>, images: readonly Image[]): Promise<TrainingReview> {
    this.#requireColour(images);
    return reviewTraining(draw, this.engine, this.model, images);
  }

  /** Of each training image its scales, as the model saw and makes them. */
  async scaleViews(images: readonly Image[]): Promise<ScaleView[][]> {
    return scaleViews(this.engine, this.model, images);
  }

  /** Random samples of the finest scale without end, [k, S, S, 3] a round, not clamped; leave the loop to free them. @throws Error for a variant without generator. */
  finestSamples(seed: number): AsyncGenerator<Tensor> {
    return finestSamples(this.engine, this.model, seed);
  }

  async save(directory: string): Promise<void> {
    await writeModel(directory, this.model);
  }

  dispose(): void {
    void this.#forget().then(() => this.engine.dispose());
    this.#model = null;
  }

  /** One sample a seed and training image (Eq. 1, 2). */
  async #generate(seeds: readonly number[]): Promise<DrawnPicture[]> {
    const { shots } = this.model.origin;
    const { samples } = await sampleModel(this.engine, this.model, seeds);
    return samples.flatMap((scales, s) =>
      Array.from({ length: shots }, (_, of) => ({
        seed: seeds[s],
        of,
        scales: scales.map((drawn) => withChannels(tensorToImage(drawn, of), this.channels ?? 3)),
      })),
    );
  }

  async #forget(): Promise<void> {
    const scorer = this.#scorer;
    this.#scorer = null;
    (await scorer)?.dispose();
    await this.#forgetEarlier();
  }

  async #forgetEarlier(): Promise<void> {
    const earlier = this.#earlier;
    this.#earlier = null;
    (await earlier?.scorer)?.dispose();
  }

  #openScorer(): Promise<Scorer> {
    return (this.#scorer ??= Scorer.open(this.engine, this.model));
  }

  #requireColour(images: readonly Image[]): void {
    requireChannels(NAME, images, this.model.origin.colour === 'grey' ? 1 : 3);
  }
}

/** The model as each of its scales was after so many iterations. @throws RangeError unless all scales kept that state. */
function modelAfter(iterations: number, model: HtdgModel): HtdgModel {
  const scales = model.scales.map((scale) => {
    const discriminator = scale.kept.get(iterations);
    if (discriminator) return { ...scale, discriminator };
    const kept = [...scale.kept.keys()].join(', ') || 'none';
    throw new RangeError(
      `${NAME}: the state after ${iterations} iterations was not kept; there are: ${kept}`,
    );
  });
  return { ...model, scales };
}

/** HTDG as the runner and the command line meet it. */
export const method: DetectorMethod<HtdgConfig, HtdgDetector> = {
  name: NAME,
  numericVersion: NUMERIC_VERSION,
  engine: 'patches',
  smallestSide: RECEPTIVE_FIELD,
  presets,
  meanings: meaningsOf(configSchema),
  defaultPreset: 'fast',
  defectPreset: 'fast-rotations',
  presetFor(name, { task, shots }) {
    const preset = method.presets[name];
    if (task !== 'defects') return preset;
    return { ...preset, scoring: { ...preset.scoring, fraction: defectFraction(name, shots) } };
  },
  shorthands: {
    variant: (variant) => ({ variant }),
    iterations: (each) => ({ 'training.iterations.grey': each, 'training.iterations.rgb': each }),
    fraction: (fraction) => ({ 'scoring.fraction': fraction }),
  },
  shorten(config, colour) {
    const { training } = config;
    // A step is a period of the generator: its other iterations cost less.
    const { iterations, generatorEvery: period } = training;
    return {
      steps: Math.ceil(iterations[colour] / period),
      settings: (steps) => ({
        ...config,
        training: { ...training, iterations: { grey: steps * period, rgb: steps * period } },
      }),
    };
  },
  preview:
    contactSheet &&
    (async (config, pictures) => (await import('./previews.ts')).previews(contactSheet!, config, pictures)),
  parseConfig: (input) => parseConfig(NAME, configSchema, input),
  create: async (config, runtime) => new HtdgDetector(config, await open(runtime)),
  load: async (directory, runtime) => {
    const model = await readModel(directory);
    return new HtdgDetector(model.config, await open(runtime), model);
  },
};

function open({ engine, threads }: MethodRuntime): Promise<Engine> {
  return openEngine(engine as EngineName | 'auto', { threads });
}
