import type { Argv } from 'yargs';
import { DATASET_NAMES, resolveDataPath, type DatasetName } from '@fsad/datasets';
import { dataOptions } from '../source.ts';

/** Options of every verb that opens one dataset; `[dataset]` may also be given as `--dataset`. */
export function withNamed<T>(argv: Argv<T>) {
  return argv
    .positional('dataset', { choices: DATASET_NAMES, describe: 'Which dataset' })
    .option('data', { type: 'string', describe: "The dataset's own folder" })
    .option('data-dir', {
      type: 'string',
      describe: 'Folder of all datasets; FSAD_DATA_DIR, else the cache folder',
    })
    .option('folder', { type: 'string', describe: 'A folder of your own pictures, instead of a dataset' })
    .option('data-option', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'A dataset option, e.g. normal=landmark (paris), colour=grey (folder)',
    });
}

export interface NamedArguments {
  readonly dataset?: string;
  readonly data?: string;
  readonly dataDir?: string;
  readonly folder?: string;
  readonly dataOption?: readonly string[];
}

/** The dataset, folder and options that the arguments name. @throws Error when they name none or two. */
export function named(argv: NamedArguments): {
  name: DatasetName;
  path?: string;
  options: Record<string, string>;
} {
  const options = dataOptions(argv.dataOption);
  if (argv.folder !== undefined) {
    if (argv.dataset !== undefined && argv.dataset !== 'folder')
      throw new Error('--folder and a dataset exclude one another');
    return { name: 'folder', path: argv.folder, options };
  }
  if (argv.dataset === undefined)
    throw new Error(`which dataset? One of ${DATASET_NAMES.join(', ')}, or --folder PICTURES`);
  const name = argv.dataset as DatasetName;
  return { name, path: resolveDataPath(name, argv) ?? undefined, options };
}
