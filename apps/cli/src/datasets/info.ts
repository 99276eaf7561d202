import type { Argv, CommandModule } from 'yargs';
import { openDataset, SOURCES, summarise, summaryText, type DownloadableName } from '@fsad/datasets';
import { named, withNamed } from './named.ts';

function builder(argv: Argv) {
  return withNamed(argv)
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .example('$0 datasets info mvtec --data my/mvtec --json', 'classes, counts, masks, what is missing');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad datasets info`: what a copy holds. */
export const info: CommandModule<object, Arguments> = {
  command: 'info [dataset]',
  describe: 'Show the classes and counts of a dataset, and what is missing in this copy',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(argv) {
    const { name, path, options } = named(argv);
    const dataset = await openDataset(name, { path, options });
    try {
      const summary = summarise(dataset);
      const { title, licence, commercialUse, reference } = SOURCES[name as DownloadableName] ?? {};
      if (argv.json) {
        const all = { ...summary, path, title, licence, commercialUse, reference };
        process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
      } else process.stdout.write(summaryText(summary, SOURCES[name as DownloadableName]));
    } finally {
      await dataset.close();
    }
  },
};
