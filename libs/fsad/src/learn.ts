import { availableParallelism } from 'node:os';
import type { DetectorEvent } from '@fsad/detector';
import { fitModel, openModel, OWN_PICTURES } from '@fsad/runner';
import { Model } from './model.ts';
import { readTraining, type Picture } from './picture.ts';

/** What computes, and on how much of the machine. */
export interface ComputeOptions {
  /** `auto` (the fastest that works here), `native`, `wasm`, `tensorflow` or `tensorflow-gpu`. */
  readonly engine?: string;
  /** All there are unless given. */
  readonly threads?: number;
}

export interface LearnOptions extends ComputeOptions {
  /** What learns: the method that suits pictures of one's own unless given; `fsad compare --help` lists them. */
  readonly method?: string;
  /** A preset of the method; its own for a few pictures unless given. */
  readonly preset?: string;
  /** Configuration keys to change, e.g. `['training.learningRate=0.001']`. */
  readonly set?: readonly string[];
  /** Root of all randomness: the same seed, pictures and engine give the same model. */
  readonly seed?: number;
  /** Parts along a side that pictures are cut into, for small defects on large ones; `auto` by the size of the pictures. */
  readonly tiles?: number | 'auto';
  /** Finds out what good pictures score, for scores of 0 to 1 and a threshold. True unless given. */
  readonly calibrate?: boolean;
  /** Aborting makes `learn` reject with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: DetectorEvent) => void;
}

/**
 * Learns what is normal from one to ten good pictures.
 * @throws FsadError: BadImageError for a picture that cannot be read or is too small; PicturesError without any; ConfigurationError for a method, preset or key that
 * there is not; EngineError for an engine that does not work here; DivergedError. The signal's reason when aborted
 */
export async function learn(
  pictures: Iterable<Picture> | AsyncIterable<Picture>,
  options: LearnOptions = {},
): Promise<Model> {
  const { method = OWN_PICTURES, onProgress = () => undefined, ...rest } = options;
  const images = await readTraining(pictures);
  const fitted = await fitModel(images, { ...rest, ...computing(options), method, report: onProgress });
  return new Model(fitted);
}

/**
 * Opens a model that `save` or `fsad train` wrote.
 * @throws InvalidFileError naming a missing, damaged or foreign file; EngineError for an engine that does not work here
 */
export async function load(folder: string, options: ComputeOptions = {}): Promise<Model> {
  return new Model(await openModel(folder, computing(options)));
}

function computing({ engine = 'auto', threads = availableParallelism() }: ComputeOptions) {
  return { engine, threads };
}
