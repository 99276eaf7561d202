import type { Argv, CommandModule } from 'yargs';
import type { ErrorRate } from '@fsad/calibration';
import { openModel, readable, readPictures, recalibrate, type NamedPicture } from '@fsad/runner';
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
    const { threshold, falseAlarms, misses, before } = moved;
    if (argv.json) {
      process.stdout.write(`${JSON.stringify({ threshold, falseAlarms, misses, before }, null, 2)}\n`);
      return;
    }
    const counts = (alarms: number, missed: number): string =>
      `${alarms} of ${good.length} good ones called defective` +
      (bad.length > 0 ? `, ${missed} of ${bad.length} defective ones missed` : '');
    const lines = [
      `threshold ${threshold.toPrecision(5)} on the method's own scale, 0.5 on the scale of 0 to 1`,
      before
        ? `before ${before.threshold.toPrecision(5)}: ${counts(before.falseAlarms, before.misses)}`
        : 'before there was none',
      inWords('false alarms', falseAlarms),
      ...(misses ? [inWords('misses', misses)] : ['misses are unknown without --bad']),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  } finally {
    model.detector.dispose();
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

function inWords(what: string, { wrong, of, interval }: ErrorRate): string {
  return (
    `expected ${what}: ${percent(wrong / of)}, ${percent(interval.low)} to ${percent(interval.high)} ` +
    `(${wrong} of ${of} at the threshold the others ask for; 95 % interval)`
  );
}
