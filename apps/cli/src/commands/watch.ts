import type { Argv, CommandModule } from 'yargs';
import { load } from 'fsad';
import { requireOutputFile } from '@fsad/files';
import { watchFolder } from '@fsad/serve/watch';
import { interruptible } from '../interrupt.ts';
import { threadsOf, withEngine } from '../options.ts';
import { sayNote } from '../progress.ts';
import { thresholdAsked, uncalibrated } from '../threshold.ts';

function builder(argv: Argv) {
  return withEngine(argv)
    .positional('folder', {
      type: 'string',
      demandOption: true,
      describe: 'A folder that pictures come into',
    })
    .option('model', { type: 'string', demandOption: true, describe: 'A model folder' })
    .option('csv', {
      type: 'string',
      demandOption: true,
      describe: 'One line a picture is added to this file; what is in it is not inspected again',
    })
    .option('threshold', { type: 'string', default: 'auto', describe: 'As of score' })
    .option('seconds', {
      type: 'number',
      default: 1,
      describe: 'Between two looks at the folder; a file is whole when it stayed the same for so long',
    })
    .option('quiet', { type: 'boolean', default: false, describe: 'Nothing on stdout' })
    .example(
      '$0 watch camera --model runs/mine --csv found.csv',
      'picture, score and decision as pictures come',
    );
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad watch`: inspects pictures as they arrive. */
export const watch: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) =>
    interruptible((signal) => run(argv, signal), {
      says: 'ending: the picture under way is left to the next watch (again to leave at once)',
      patience: 9_000,
    }),
};

async function run(argv: Arguments, signal: AbortSignal): Promise<void> {
  const { folder, csv, quiet, seconds } = argv;
  const threshold = thresholdAsked(argv.threshold);
  await requireOutputFile(csv, '--csv');
  using model = await load(argv.model, { engine: argv.engine, threads: threadsOf(argv.threads) });
  if (!model.calibrated) sayNote(uncalibrated(argv.model));
  for (const text of model.caveats) sayNote(text);
  sayNote(`watching ${folder}, one line a picture in ${csv}`);
  await watchFolder({
    folder,
    csv,
    model,
    threshold,
    every: 1000 * seconds,
    signal,
    say: sayNote,
    onLine({ picture, score, decision, error }) {
      if (!quiet)
        process.stdout.write(
          `${[picture, score ?? error, decision].filter((part) => part !== null).join('  ')}\n`,
        );
    },
  });
}
