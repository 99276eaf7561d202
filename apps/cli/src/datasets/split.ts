import type { Argv, CommandModule } from 'yargs';
import { basename, dirname } from 'node:path';
import { writeFolderAtomically } from '@fsad/detector';
import { drawSplit, encodeSplits, openDataset, type Split } from '@fsad/datasets';
import { shotsOf } from '../options.ts';
import { named, withNamed } from './named.ts';

function builder(argv: Argv) {
  return withNamed(argv)
    .option('class', { type: 'string', describe: 'Comma-separated normal classes; all unless given' })
    .option('shots', { type: 'string', default: '1', describe: 'Comma-separated numbers of training images' })
    .option('trials', { type: 'number', default: 1, describe: 'Trials 0 to N - 1' })
    .option('split', {
      choices: ['hash', 'consecutive'] as const,
      default: 'hash' as const,
      describe: "How images are drawn; consecutive: the published code's groups",
    })
    .option('out', { type: 'string', describe: 'The JSON file to write; stdout unless given' })
    .example(
      '$0 datasets split mnist --class 3 --shots 1,5,10 --trials 10 --out splits.json',
      'draw and keep splits',
    );
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad datasets split`: draw training images and write down which. */
export const split: CommandModule<object, Arguments> = {
  command: 'split [dataset]',
  describe: 'Draw splits and write them as JSON: image names with checksums of their pixels',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(argv) {
    const { name, path, options } = named(argv);
    const shots = shotsOf(argv.shots);
    const dataset = await openDataset(name, { path, options });
    try {
      const splits: Split[] = [];
      for (const className of argv.class?.split(',') ?? dataset.classes) {
        for (let trial = 0; trial < argv.trials; trial++) {
          for (const k of shots) {
            splits.push(await drawSplit(dataset, { class: className, rule: argv.split, shots: k, trial }));
          }
        }
      }
      const text = encodeSplits(splits);
      if (argv.out === undefined) process.stdout.write(text);
      else await writeFolderAtomically(dirname(argv.out), new Map([[basename(argv.out), Buffer.from(text)]]));
    } finally {
      await dataset.close();
    }
  },
};
