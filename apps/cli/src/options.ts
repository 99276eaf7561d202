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
      describe: 'test unless given; validation: the training images reserved for choosing settings',
    })
    .conflicts('limit', 'test-subset');
}

/** Threads asked for, or all there are. */
export function threadsOf(threads = availableParallelism()): number {
  return threads;
}

/** Numbers of training images, such as `1,5`. @throws Error for anything else. */
export function shotsOf(list: string): number[] {
  return list.split(',').map((text) => {
    if (/^[1-9]\d{0,8}$/.test(text.trim())) return Number(text);
    throw new Error(`--shots takes numbers such as 1,5; got "${text}"`);
  });
}
