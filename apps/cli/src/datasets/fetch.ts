import type { Argv, CommandModule } from 'yargs';
import {
  DOWNLOADABLE_NAMES,
  fetchDataset,
  resolveDataPath,
  SOURCES,
  type FetchProgress,
} from '@fsad/datasets';
import { interruptible } from '../interrupt.ts';
import { stageProgress } from '../progress.ts';
import { sizeOf } from './size.ts';

function builder(argv: Argv) {
  return argv
    .positional('dataset', {
      choices: DOWNLOADABLE_NAMES,
      array: true,
      demandOption: true,
      describe: 'What to fetch',
    })
    .option('data-dir', { type: 'string', describe: 'Where to put it; FSAD_DATA_DIR, else the cache folder' })
    .option('from', {
      type: 'string',
      describe: 'A local archive, a folder with the archives, or the unpacked dataset; nothing is downloaded',
    })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .example('$0 datasets fetch mnist cifar10', 'download, check and unpack both')
    .example('$0 datasets fetch mvtec --from mvtec_anomaly_detection.tar.xz', 'take an archive you have');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

const DOING: Record<FetchProgress['phase'], string> = {
  download: 'downloading',
  check: 'checking',
  unpack: 'unpacking',
  copy: 'copying',
};

/** `fsad datasets fetch`: bring datasets here. */
export const fetch: CommandModule<object, Arguments> = {
  command: 'fetch <dataset..>',
  describe: 'Download datasets, or take local archives, checked and unpacked',
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) => interruptible((signal) => run(argv, signal)),
};

async function run({ dataset, dataDir, from, json }: Arguments, signal: AbortSignal): Promise<void> {
  if (from !== undefined && dataset.length > 1) throw new Error('--from is for one dataset at a time');
  const progress = stageProgress();
  const fetched = [];
  for (const name of dataset) {
    const source = SOURCES[name];
    progress.say(`${name}: ${source.title}`);
    progress.say(
      `  ${from === undefined ? sizeOf(source) : `from ${from}`} -> ${resolveDataPath(name, { dataDir })}`,
    );
    progress.say(
      `  licence: ${source.licence}${source.commercialUse === 'forbidden' ? ' (no commercial use)' : ''}`,
    );
    const result = await fetchDataset({
      name,
      dataDir,
      from,
      signal,
      onNote: (note) => progress.say(note),
      onProgress: ({ file, phase, done, total }) => {
        if (total !== null) progress.update(`${DOING[phase]} ${file}, MB`, tenths(done), tenths(total));
      },
    });
    for (const warning of result.warnings) progress.say(`warning: ${name}: ${warning}`);
    fetched.push({ dataset: name, ...result });
    if (!json)
      process.stdout.write(`${name}: ${result.already ? 'was there already' : 'ready'}: ${result.path}\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify({ fetched }, null, 2)}\n`);
}

function tenths(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}
