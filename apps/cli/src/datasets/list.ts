import { stat } from 'node:fs/promises';
import type { Argv, CommandModule } from 'yargs';
import { dataDirectory, DOWNLOADABLE_NAMES, resolveDataPath, SOURCES } from '@fsad/datasets';
import { sizeOf } from './size.ts';

function builder(argv: Argv) {
  return argv
    .option('data-dir', {
      type: 'string',
      describe: 'Folder of all datasets; FSAD_DATA_DIR, else the cache folder',
    })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .example('$0 datasets list', 'what can be fetched, how large it is, under which licence');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad datasets list`: what there is to fetch. */
export const list: CommandModule<object, Arguments> = {
  command: 'list',
  describe: 'List the datasets that can be fetched, with size and licence',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler({ dataDir, json }) {
    const datasets = await Promise.all(
      DOWNLOADABLE_NAMES.map(async (name) => {
        const path = resolveDataPath(name, { dataDir })!;
        const { title, licence, commercialUse, page } = SOURCES[name];
        const there = await stat(path).then(
          () => true,
          () => false,
        );
        return { name, title, size: sizeOf(SOURCES[name]), licence, commercialUse, page, path, there };
      }),
    );
    if (json) {
      process.stdout.write(`${JSON.stringify({ dataDir: dataDirectory({ dataDir }), datasets }, null, 2)}\n`);
      return;
    }
    process.stdout.write(`data directory: ${dataDirectory({ dataDir })}\n`);
    for (const { name, title, size, licence, commercialUse, there } of datasets) {
      const forbidden = commercialUse === 'forbidden' ? ' (no commercial use)' : '';
      process.stdout.write(
        `\n${name}${there ? ' (there)' : ''}\n  ${title}\n  ${size}; licence: ${licence}${forbidden}\n`,
      );
    }
    process.stdout.write(
      '\nwithout any download: generated (drawn by this program), folder (your own pictures)\n',
    );
  },
};
