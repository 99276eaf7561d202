import { basename, dirname } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { requireNoInput, requireOutputFolder } from '@fsad/files';
import { writePicture } from '@fsad/images';
import { openModel, samplesSheet } from '@fsad/runner';
import { threadsOf, withEngine } from '../options.ts';

function builder(argv: Argv) {
  return withEngine(argv)
    .positional('model', { type: 'string', demandOption: true, describe: 'A model folder' })
    .option('count', { type: 'number', default: 4, describe: 'Samples of each training image' })
    .option('seed', { type: 'number', default: 0, describe: 'Seed of the first sample' })
    .option('out', { type: 'string', demandOption: true, describe: 'The PNG file to write' })
    .example('$0 generate runs/m --out samples.png', 'a contact sheet of samples of every scale');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad generate`: pictures from the model. */
export const generate: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(argv) {
    await requireOutputFolder(dirname(argv.out), '--out');
    await requireNoInput([argv.out], [], '--out');
    const model = await openModel(argv.model, { engine: argv.engine, threads: threadsOf(argv.threads) });
    const { detector, method } = model;
    try {
      if (!detector.generate) {
        throw new Error(
          `${argv.model} is a model of ${method.name} without a generator: it draws no pictures`,
        );
      }
      const drawn = await detector.generate(Array.from({ length: argv.count }, (_, i) => argv.seed + i));
      await writePicture(dirname(argv.out), basename(argv.out), samplesSheet(drawn));
    } finally {
      detector.dispose();
    }
  },
};
