import type { z } from 'zod';
import type { Image } from '@fsad/images';
import type { Tensor } from '@fsad/tensors';
import { requireChannels, requireTrainingImages } from './check-images.ts';
import type {
  AnomalyMap,
  Detector,
  DetectorMethod,
  DrawnPicture,
  FitContext,
  Inspection,
  MethodRuntime,
  OnnxExport,
  Score,
  TrainingReview,
} from './detector.ts';
import { loadModel, saveModel, type SavedModel } from './model-folder.ts';
import { meaningsOf } from './meanings.ts';
import { parseConfig } from './parse-config.ts';

/** What a recipe says of its method as the method itself does. */
type OfMethod =
  | 'name'
  | 'numericVersion'
  | 'engine'
  | 'smallestSide'
  | 'presets'
  | 'presetFor'
  | 'quickFit'
  | 'shorthands'
  | 'shorten'
  | 'fewestSteps';

/** What remains to be said of a method when the checks, the life cycle and the model folder are taken care of. */
export interface Recipe<Config, Model, Backend> extends Pick<DetectorMethod<Config>, OfMethod> {
  /** `few-shot` unless given. */
  readonly defaultPreset?: string;
  /** A `z.strictObject` without defaults. */
  readonly schema: z.ZodType<Config>;
  /** Starts what the method computes with; called once for each detector, before anything else. */
  open(runtime: MethodRuntime): Promise<Backend>;
  /** Learns from at least one image, all of one colour. */
  fit(task: Task<Config, Backend>, images: readonly Image[], context: FitContext): Promise<Model>;
  /** Scores images of the colour learned from. */
  score(
    task: Task<Config, Backend>,
    model: Model,
    images: readonly Image[],
    signal?: AbortSignal,
  ): Promise<Score[]>;
  localize?(
    task: Task<Config, Backend>,
    model: Model,
    images: readonly Image[],
    signal?: AbortSignal,
  ): Promise<AnomalyMap[]>;
  /** Scores and maps of one pass, where `score` and `localize` would each make one. */
  inspect?(
    task: Task<Config, Backend>,
    model: Model,
    images: readonly Image[],
    signal?: AbortSignal,
  ): Promise<Inspection>;
  generate?(task: Task<Config, Backend>, model: Model, seeds: readonly number[]): Promise<DrawnPicture[]>;
  review?(task: Task<Config, Backend>, model: Model, images: readonly Image[]): Promise<TrainingReview>;
  /** @throws Error saying why what was configured cannot be written so. */
  toOnnx?(task: Task<Config, Backend>, model: Model): Promise<OnnxExport>;
  /** The model as tensors and small JSON values. */
  pack(
    model: Model,
  ): Promise<{ tensors: ReadonlyMap<string, Tensor>; state?: Readonly<Record<string, unknown>> }>;
  /** The model from what `pack` gave. @throws Error where something in it is missing or misshapen. */
  unpack(task: Task<Config, Backend>, saved: SavedModel<Config>): Promise<Model>;
  /** Frees the model's tensors, for those that hold any outside JavaScript's memory. */
  release?(model: Model): void;
}

/** What every part of a recipe is given. */
export interface Task<Config, Backend> {
  readonly config: Config;
  readonly backend: Backend;
  readonly channels: 1 | 3;
}

/** Makes a method of a recipe: it checks images and configuration, refuses use before fitting, saves, loads and disposes. */
export function methodFromRecipe<Config, Model, Backend>(
  recipe: Recipe<Config, Model, Backend>,
): DetectorMethod<Config> {
  const {
    name,
    numericVersion,
    engine,
    smallestSide,
    presets,
    presetFor,
    quickFit,
    shorthands,
    shorten,
    fewestSteps,
    schema,
  } = recipe;
  const method: DetectorMethod<Config> = {
    name,
    numericVersion,
    engine,
    smallestSide,
    presets,
    defaultPreset: recipe.defaultPreset ?? 'few-shot',
    presetFor,
    quickFit,
    shorthands,
    shorten,
    fewestSteps,
    meanings: meaningsOf(schema),
    parseConfig: (input) => parseConfig(name, schema, input),
    create: async (config, runtime) => new RecipeDetector(recipe, method, config, await recipe.open(runtime)),
    async load(directory, runtime) {
      const saved = await loadModel(directory, method);
      const backend = await recipe.open(runtime);
      const channels = saved.state.channels as 1 | 3;
      const model = await recipe.unpack({ config: saved.config, backend, channels }, saved);
      const detector = new RecipeDetector(recipe, method, saved.config, backend);
      detector.adopt(model, channels);
      return detector;
    },
  };
  return method;
}

interface Fitted<Config, Model, Backend> {
  readonly model: Model;
  readonly task: Task<Config, Backend>;
}

class RecipeDetector<Config, Model, Backend> implements Detector {
  readonly #recipe: Recipe<Config, Model, Backend>;
  readonly #method: DetectorMethod<Config>;
  readonly #config: Config;
  readonly #backend: Backend;
  #fitted: Fitted<Config, Model, Backend> | undefined;
  readonly localize?: Detector['localize'];
  readonly inspect?: Detector['inspect'];
  readonly generate?: Detector['generate'];
  readonly review?: Detector['review'];
  readonly toOnnx?: Detector['toOnnx'];

  constructor(
    recipe: Recipe<Config, Model, Backend>,
    method: DetectorMethod<Config>,
    config: Config,
    backend: Backend,
  ) {
    this.#recipe = recipe;
    this.#method = method;
    this.#config = config;
    this.#backend = backend;
    if (recipe.localize || recipe.inspect) {
      this.inspect = (images, signal) => this.#inspect(images, signal);
      this.localize = (images, signal) => this.#localize(images, signal);
    }
    if (recipe.generate) {
      const generate = recipe.generate.bind(recipe);
      this.generate = async (seeds) => {
        const { task, model } = this.#requireFitted();
        return generate(task, model, seeds);
      };
    }
    if (recipe.review) {
      const review = recipe.review.bind(recipe);
      this.review = async (images) => {
        const { task, model } = this.#ready(images);
        return review(task, model, images);
      };
    }
    if (recipe.toOnnx) {
      const toOnnx = recipe.toOnnx.bind(recipe);
      this.toOnnx = async () => {
        const { task, model } = this.#requireFitted();
        return toOnnx(task, model);
      };
    }
  }

  get channels(): 1 | 3 | null {
    return this.#fitted?.task.channels ?? null;
  }

  adopt(model: Model, channels: 1 | 3): void {
    this.dispose();
    this.#fitted = { model, task: { config: this.#config, backend: this.#backend, channels } };
  }

  async fit(images: readonly Image[], context: FitContext): Promise<void> {
    const channels = requireTrainingImages(this.#recipe.name, images);
    context.signal?.throwIfAborted();
    const task = { config: this.#config, backend: this.#backend, channels };
    this.adopt(await this.#recipe.fit(task, images, context), channels);
    if (!context.signal?.aborted) return;
    this.dispose();
    throw context.signal.reason;
  }

  async score(images: readonly Image[], signal?: AbortSignal): Promise<Score[]> {
    const { task, model } = this.#ready(images, signal);
    return images.length === 0 ? [] : this.#recipe.score(task, model, images, signal);
  }

  async #inspect(images: readonly Image[], signal?: AbortSignal): Promise<Inspection> {
    const { task, model } = this.#ready(images, signal);
    if (images.length === 0) return { scores: [], maps: [] };
    const recipe = this.#recipe;
    if (recipe.inspect) return recipe.inspect(task, model, images, signal);
    const scores = await recipe.score(task, model, images, signal);
    return { scores, maps: (await recipe.localize?.(task, model, images, signal)) ?? [] };
  }

  async #localize(images: readonly Image[], signal?: AbortSignal): Promise<AnomalyMap[]> {
    if (!this.#recipe.localize) return (await this.#inspect(images, signal)).maps;
    const { task, model } = this.#ready(images, signal);
    return images.length === 0 ? [] : this.#recipe.localize(task, model, images, signal);
  }

  async save(directory: string): Promise<void> {
    const { model, task } = this.#requireFitted();
    const { tensors, state } = await this.#recipe.pack(model);
    const saved = { config: this.#config, state: { ...state, channels: task.channels }, tensors };
    await saveModel(directory, this.#method, saved);
  }

  dispose(): void {
    if (this.#fitted) this.#recipe.release?.(this.#fitted.model);
    this.#fitted = undefined;
  }

  /** What was learned, for images it can be asked about. @throws Error before fitting, or naming an image of the other colour; the signal's reason. */
  #ready(images: readonly Image[], signal?: AbortSignal): Fitted<Config, Model, Backend> {
    const fitted = this.#requireFitted();
    requireChannels(this.#recipe.name, images, fitted.task.channels);
    signal?.throwIfAborted();
    return fitted;
  }

  #requireFitted(): Fitted<Config, Model, Backend> {
    if (!this.#fitted) throw new Error(`${this.#recipe.name}: fit the detector or load a saved one first`);
    return this.#fitted;
  }
}
