import { availableParallelism } from 'node:os';
import type { Argv } from 'yargs';
import { DATASET_NAMES } from '@fsad/datasets';
import { ENGINE_NAMES, type EngineName } from '@fsad/patch-network';

const ENGINES = ['auto', ...ENGINE_NAMES] as const;

/** Options of every command that computes. */
export function withEngine<T>(argv: Argv<T>) {
  return argv
    .option('engine', {
      choices: ENGINES,
      default: 'auto' as EngineName | 'auto',
      describe: 'What computes; auto takes the fastest that works',
    })
    .option('threads', { type: 'number', describe: 'Threads; all cores unless given' });
}

/** Options of every command whose methods are configured. */
export function withSettings<T>(argv: Argv<T>) {
  return argv
    .option('set', {
      type: 'string',
      array: true,
      nargs: 1,
      describe:
        'Override a configuration key, e.g. training.learningRate=0.001; fsad presets NAME lists them. Several values, as 1e-3,1e-4, are an axis of fsad run',
    })
    .option('config', {
      type: 'string',
      describe:
        'Override the configuration keys in this file, YAML or JSON; where --set says otherwise, it counts',
    });
}

/** What `--config` and `--set` override, the latter last. @throws Error naming a file that cannot be read. */
export async function settingsOf(argv: {
  readonly set?: readonly string[];
  readonly config?: string;
}): Promise<string[]> {
  const { set = [], config } = argv;
  if (config === undefined) return [...set];
  const { settingsOfFile } = await import('@fsad/runner');
  return [...(await settingsOfFile(config)), ...set];
}

/** Options of every command that reads a dataset. */
export function withDataset<T>(argv: Argv<T>) {
  return argv
    .option('dataset', {
      choices: DATASET_NAMES.filter((name) => name !== 'folder'),
      describe: 'A dataset by name',
    })
    .option('data', { type: 'string', describe: "The dataset's own folder" })
    .option('data-dir', {
      type: 'string',
      describe: 'Folder that holds datasets by name; FSAD_DATA_DIR, else the cache folder',
    })
    .option('data-option', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'A dataset option, e.g. normal=landmark (paris), colour=grey (folder)',
    })
    .option('class', { type: 'string', describe: 'The normal class' });
}

/** Options of every command that scores a dataset's test images. */
export function withTest<T>(argv: Argv<T>) {
  return argv
    .option('limit', { type: 'number', describe: 'Only the first N test images' })
    .option('test-subset', { type: 'number', describe: 'N test images in the proportions of their kinds' })
    .option('subset', {
      choices: ['test', 'validation'] as const,
      default: 'test' as const,
      describe: 'validation: the training images reserved for choosing settings',
    })
    .conflicts('limit', 'test-subset');
}

/** Threads asked for, or all there are. @throws Error unless a whole number of at least 1. */
export function threadsOf(threads: number | undefined): number {
  if (threads === undefined) return availableParallelism();
  if (!Number.isInteger(threads) || threads < 1) {
    throw new Error(`--threads takes a whole number of at least 1, got ${threads}`);
  }
  return threads;
}

/** The root of all randomness. @throws Error unless a whole number that a computer counts exactly, with what is added to it. */
export function seedOf(seed: number): number {
  if (Number.isSafeInteger(seed) && Math.abs(seed) <= 2 ** 52) return seed;
  throw new Error(`--seed takes a whole number up to 2^52, got ${seed}`);
}
