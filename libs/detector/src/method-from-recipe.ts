import type { z } from 'zod';
import type { Image } from '@fsad/images';
import type { Tensor } from '@fsad/tensors';
import { requireChannels, requireTrainingImages } from './check-images.ts';
import type { AnomalyMap, Detector, DetectorMethod, FitContext, MethodRuntime, Score } from './detector.ts';
import { loadModel, saveModel, type SavedModel } from './model-folder.ts';
import { parseConfig } from './parse-config.ts';

/** What remains to be said of a method when the checks, the life cycle and the model folder are taken care of. */
export interface Recipe<Config, Model, Backend> {
  readonly name: string;
  readonly numericVersion: number;
  readonly presets: Readonly<Record<string, Config>>;
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
  const { name, numericVersion, presets, schema } = recipe;
  const method: DetectorMethod<Config> = {
    name,
    numericVersion,
    presets,
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

class RecipeDetector<Config, Model, Backend> implements Detector {
  readonly #recipe: Recipe<Config, Model, Backend>;
  readonly #method: DetectorMethod<Config>;
  readonly #config: Config;
  readonly #backend: Backend;
  #fitted: { readonly model: Model; readonly task: Task<Config, Backend> } | undefined;
  readonly localize?: Detector['localize'];

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
    const { localize } = recipe;
    if (localize) {
      this.localize = (images, signal) =>
        this.#onFitted(images, signal, (task, model) => localize.call(recipe, task, model, images, signal));
    }
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

  score(images: readonly Image[], signal?: AbortSignal): Promise<Score[]> {
    return this.#onFitted(images, signal, (task, model) => this.#recipe.score(task, model, images, signal));
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

  async #onFitted<Result>(
    images: readonly Image[],
    signal: AbortSignal | undefined,
    use: (task: Task<Config, Backend>, model: Model) => Promise<Result[]>,
  ): Promise<Result[]> {
    const { model, task } = this.#requireFitted();
    requireChannels(this.#recipe.name, images, task.channels);
    signal?.throwIfAborted();
    return images.length === 0 ? [] : use(task, model);
  }

  #requireFitted(): { readonly model: Model; readonly task: Task<Config, Backend> } {
    if (!this.#fitted) throw new Error(`${this.#recipe.name}: fit the detector or load a saved one first`);
    return this.#fitted;
  }
}
