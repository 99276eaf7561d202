import { basename, dirname } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import type { DrawnPicture } from '@fsad/detector';
import type { HtdgDetector } from '@fsad/htdg';
import { openModel } from '../open-model.ts';
import { withEngine } from '../options.ts';
import { sampleSheet, writePicture } from '../pictures.ts';

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
  command: 'generate <model>',
  describe: 'Draw samples of every scale on a contact sheet',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(argv) {
    if (!Number.isInteger(argv.count) || argv.count < 1) {
      throw new Error(`--count takes a whole number of at least 1, got ${argv.count}`);
    }
    const detector = await openModel(argv.model, argv);
    try {
      const seeds = Array.from({ length: argv.count }, (_, i) => argv.seed + i);
      await writePicture(dirname(argv.out), basename(argv.out), sampleSheet(await drawn(detector, seeds)));
    } finally {
      detector.dispose();
    }
  },
};

function drawn(detector: HtdgDetector, seeds: readonly number[]): Promise<DrawnPicture[]> {
  if (!detector.generate)
    throw new Error(`${detector.config.variant}: a model without generator draws no pictures`);
  return detector.generate(seeds);
}
