import type { Argv, CommandModule } from 'yargs';
import {
  openModel,
  readable,
  readPictures,
  recalibrate,
  recalibrateText,
  type NamedPicture,
} from '@fsad/runner';
import { interruptible } from '../interrupt.ts';
import { threadsOf, withEngine } from '../options.ts';
import { lookingForBad, withOnBadImage } from '../pictures.ts';
import { stageProgress } from '../progress.ts';

function builder(argv: Argv) {
  return withOnBadImage(withEngine(argv))
    .positional('model', { type: 'string', demandOption: true, describe: 'A model folder' })
    .option('good', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'Good pictures that were not learned from, two at least, or folders of them',
    })
    .option('bad', { type: 'string', array: true, describe: 'Defective pictures, or folders of them' })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .example('$0 calibrate runs/mine --good more/good', 'the threshold that 95 of 100 good pictures pass')
    .example('$0 calibrate runs/mine --good more/good --bad defective', 'the one with the fewest errors');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad calibrate`: moves a model's threshold by pictures of one's own. */
export const calibrate: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) => interruptible((signal) => run(argv, signal)),
};

async function run(argv: Arguments, signal: AbortSignal): Promise<void> {
  const model = await openModel(argv.model, { engine: argv.engine, threads: threadsOf(argv.threads) });
  try {
    const progress = stageProgress();
    const reading = lookingForBad(progress, signal);
    const found = async (paths: readonly string[]): Promise<readonly NamedPicture[]> => {
      const pictures = readPictures(paths, model, reading.say);
      return (await readable(pictures, (one) => one.image(), argv.onBadImage, reading)).good;
    };
    const good = await found(argv.good);
    const bad = argv.bad ? await found(argv.bad) : [];
    const onProgress = (done: number, total: number): void => progress.update('scoring', done, total);
    const pictures = { good, bad };
    const moved = await recalibrate(argv.model, model, pictures, { signal, onProgress });
    process.stdout.write(
      argv.json
        ? `${JSON.stringify(moved, null, 2)}\n`
        : `${recalibrateText(moved, good.length, bad.length)}\n`,
    );
  } finally {
    model.detector.dispose();
  }
}
