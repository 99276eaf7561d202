import type { Argv, CommandModule } from 'yargs';
import { atResolution, decodedDirectory, openDataset } from '@fsad/datasets';
import { leftOutInWords } from '@fsad/runner';
import { withOnBadImage } from '../pictures.ts';
import { interruptible } from '../interrupt.ts';
import { stageProgress } from '../progress.ts';
import { named, withNamed } from './named.ts';

function builder(argv: Argv) {
  return withOnBadImage(withNamed(argv))
    .option('resolution', {
      type: 'number',
      demandOption: true,
      describe: 'Side of the decoded pictures in pixels',
    })
    .option('class', { type: 'string', describe: 'Only the pictures of this class' })
    .example(
      '$0 datasets decode mvtec --resolution 128',
      'once; then train and score with --data-option resolution=128',
    );
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad datasets decode`: pictures at one size, once for all. */
export const decode: CommandModule<object, Arguments> = {
  command: 'decode [dataset]',
  describe: 'Decode pictures to one size and keep them, for --data-option resolution=SIDE',
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) => interruptible((signal) => run(argv, signal)),
};

async function run(argv: Arguments, signal: AbortSignal): Promise<void> {
  const { name, path, options } = named(argv);
  const progress = stageProgress();
  const stored = await openDataset(name, { path, options });
  for (const warning of stored.warnings) progress.say(`warning: ${name}: ${warning}`);
  const dataset = await atResolution(stored, argv.resolution, decodedDirectory(argv));
  try {
    const ids =
      argv.class === undefined
        ? dataset.ids()
        : [...dataset.trainIds(argv.class), ...dataset.testItems(argv.class, 'test').map(({ id }) => id)];
    const bad = await dataset.fill([...new Set(ids)], {
      signal,
      onBadImage: argv.onBadImage,
      onProgress: ({ done, total }) => progress.update(`decoding ${name} at ${argv.resolution}`, done, total),
    });
    for (const line of leftOutInWords(bad)) progress.say(line);
    process.stdout.write(
      `${name}: ${dataset.cached()} pictures at ${argv.resolution} x ${argv.resolution} in ${decodedDirectory(argv)}\n`,
    );
  } finally {
    await dataset.close();
  }
}
