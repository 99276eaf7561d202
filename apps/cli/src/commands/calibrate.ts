import type { Argv, CommandModule } from 'yargs';
import { judge, levelsOf, ownThreshold, type ErrorRate, type Seen } from '@fsad/calibration';
import { writeCalibration } from '@fsad/calibration/folder';
import { openModel, scoreImages, type OpenedModel, type StageProgress } from '@fsad/runner';
import { interruptible } from '../interrupt.ts';
import { threadsOf, withEngine } from '../options.ts';
import { readable, readPictures, sightOf, withOnBadImage } from '../pictures.ts';
import { stageProgress } from '../progress.ts';

/** Good pictures whose maps set the colour scale; more say little more and need memory. */
const MAPS = 50;

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
    const good = await look(model, argv.good, MAPS, argv, progress, signal);
    const bad = argv.bad ? await look(model, argv.bad, 0, argv, progress, signal) : [];
    const raw = { good: good.map(({ scores }) => scores[0]), bad: bad.map(({ scores }) => scores[0]) };
    const { threshold, falseAlarms, misses } = ownThreshold(raw.good, raw.bad);
    const { calibration: earlier } = model;
    const levels = levelsOf(good.slice(0, MAPS));
    const all = levelsOf(good.map(({ scores }) => ({ scores, maps: [] })));
    const ordinary = Math.min(all.score.ordinary, threshold - 1e-6 * Math.abs(threshold) - 1e-9);
    await writeCalibration(argv.model, {
      ...levels,
      score: { ordinary, threshold },
      pictures: good.length,
      refits: 0,
      copies: 0,
      moved: { before: earlier?.score.threshold ?? null, good: good.length, bad: bad.length },
    });
    const before = earlier && {
      threshold: earlier.score.threshold,
      falseAlarms: raw.good.filter((value) => judge(earlier, value).decision === 'defective').length,
      misses: raw.bad.filter((value) => judge(earlier, value).decision === 'good').length,
    };
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

/** Raw scores of pictures, with maps of the first few. */
async function look(
  model: OpenedModel,
  paths: readonly string[],
  mapsOf: number,
  argv: Arguments,
  progress: StageProgress,
  signal: AbortSignal,
): Promise<Seen[]> {
  const found = readPictures(paths, sightOf(model), (text) => progress.say(text));
  const { good: pictures } = await readable(found, (one) => one.image(), argv.onBadImage, progress, signal);
  const parts = [pictures.slice(0, mapsOf), pictures.slice(mapsOf)];
  const seen: Seen[] = [];
  for (const [i, part] of parts.entries()) {
    const done = seen.length;
    const { scores, maps } = await scoreImages({
      detector: model.detector,
      names: part.map(({ name }) => name),
      image: (at) => part[at].image(),
      maps: i === 0,
      signal,
      onProgress: (count) => progress.update('scoring', done + count, pictures.length),
    });
    seen.push(...scores.map(({ value }, at) => ({ scores: [value], maps: maps ? [maps[at]] : [] })));
  }
  return seen;
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

function inWords(what: string, { wrong, of, interval }: ErrorRate): string {
  return (
    `expected ${what}: ${percent(wrong / of)}, ${percent(interval.low)} to ${percent(interval.high)} ` +
    `(${wrong} of ${of} at the threshold the others ask for; 95 % interval)`
  );
}
