import { stringify } from 'csv-stringify/sync';
import type { Argv, CommandModule } from 'yargs';
import { csvCell, replaceFile, requireNoInput, requireOutputFile } from '@fsad/files';
import {
  datasetText,
  openModel,
  openSource,
  readable,
  readPictures,
  readSplit,
  scoreDataset,
  scorePictures,
  stopped,
  type OpenedModel,
} from '@fsad/runner';
import { DefectFound } from '../failure.ts';
import { interruptible } from '../interrupt.ts';
import { threadsOf, withDataset, withEngine, withTest } from '../options.ts';
import { lookingForBad, withOnBadImage } from '../pictures.ts';
import { stageProgress } from '../progress.ts';
import { requireNone, sourceOf } from '../source.ts';
import { thresholdAsked, uncalibrated } from '../threshold.ts';

/** Options that say where test images lie, which of them count, and what is said of pictures alone. */
const OF_DATA = ['data', 'dataDir', 'dataOption', 'class'] as const;
const OF_TESTS = ['limit', 'testSubset', 'subset'] as const;
const OF_PICTURES = ['threshold', 'raw', 'failOnDefect'] as const;

function builder(argv: Argv) {
  return withOnBadImage(withTest(withEngine(withDataset(argv))))
    .positional('model', { type: 'string', demandOption: true, describe: 'A model folder' })
    .positional('pictures', { type: 'string', array: true, describe: 'Pictures or folders of pictures' })
    .option('folder', { type: 'string', describe: "A folder in MVTec's layout with test pictures" })
    .option('csv', { type: 'string', describe: 'Write one line an image to this file' })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .option('threshold', {
      type: 'string',
      describe:
        'Score of 0 to 1 above which a picture is called defective; auto unless given: 0.5, what good pictures reach',
    })
    .option('raw', { type: 'boolean', default: false, describe: 'Also the method’s own score and its parts' })
    .option('fail-on-defect', {
      type: 'boolean',
      default: false,
      describe: 'End with 3 when a picture is called defective',
    })
    .example('$0 score runs/m --dataset mnist --data data/mnist --limit 500 --json', 'AUROC on test images')
    .example('$0 score runs/mine my/new/pictures', 'score and decision for each picture, as CSV')
    .example(
      '$0 score runs/mine new.png --fail-on-defect',
      'for a script: 0 when it is good, 3 when it is defective',
    );
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad score`: how anomalous pictures are. */
export const score: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) => interruptible((signal) => run(argv, signal)),
};

async function run(argv: Arguments, signal: AbortSignal): Promise<void> {
  requireEffect(argv);
  if (argv.csv) await requireOutputFile(argv.csv, '--csv');
  const model = await openModel(argv.model, { engine: argv.engine, threads: threadsOf(argv.threads) });
  try {
    if (argv.pictures?.length) await ofPictures(argv, model, argv.pictures, signal);
    else await ofDataset(argv, model, signal);
  } finally {
    model.detector.dispose();
  }
}

/** @throws Error for an option that says nothing of what is scored. */
function requireEffect(argv: Arguments): void {
  const named = argv.dataset !== undefined || argv.folder !== undefined;
  if (argv.pictures?.length) {
    if (named) throw new Error('pictures and --dataset or --folder exclude one another');
    requireNone(argv, [...OF_DATA, ...OF_TESTS], 'where pictures are named');
  } else {
    requireNone(argv, OF_PICTURES, 'on test images, which are measured: name pictures or a folder of them');
    if (!named) requireNone(argv, OF_DATA, 'without --dataset or --folder: the model knows its own');
  }
}

async function ofPictures(
  argv: Arguments,
  model: OpenedModel,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const asked = argv.threshold ?? 'auto';
  const threshold = thresholdAsked(asked);
  if (!model.calibration && (argv.failOnDefect || asked !== 'auto'))
    throw new Error(uncalibrated(argv.model));
  const progress = lookingForBad(stageProgress(), signal);
  const found = readPictures(paths, model, progress.say);
  const { good, bad } = await readable(found, (picture) => picture.image(), argv.onBadImage, progress);
  if (argv.csv) {
    const names = good.map(({ name }) => name);
    await requireNoInput([argv.csv], names, '--csv', 'replace');
  }
  const { raw } = argv;
  const { rows, broken, defective } = await scorePictures(model, good, { threshold, raw, signal });
  if (!model.calibration) progress.say(uncalibrated(argv.model));
  if (argv.csv) await replaceFile(argv.csv, csv(rows));
  if (argv.json) {
    const leftOut = [...bad, ...(broken ? [broken] : [])].map(({ message }) => message);
    const used = model.calibration ? threshold : null;
    print({ engine: model.engine.name, threshold: used, pictures: rows, leftOut });
  } else if (!argv.csv) process.stdout.write(csv(rows));
  if (broken) throw stopped(broken, rows.length, good.length);
  if (argv.failOnDefect && defective)
    throw new DefectFound(`${defective} of ${rows.length} pictures are defective`);
}

async function ofDataset(argv: Arguments, model: OpenedModel, signal: AbortSignal): Promise<void> {
  const { engine } = model;
  const trained = await readSplit(argv.model);
  const here = !argv.dataset && !argv.folder;
  const source = here ? trained.source : sourceOf({ ...argv, class: argv.class ?? trained.source.class });
  const shown = stageProgress();
  const progress = lookingForBad(shown, signal);
  const dataset = await openSource(source, progress.say);
  try {
    const learned = { split: trained.split, here, folder: argv.model };
    const found = await scoreDataset(model, dataset, learned, {
      ...argv,
      class: source.class,
      subset: argv.subset ?? 'test',
      progress,
      onScored: (done, total) => shown.update('scoring', done, total),
      async onRows(rows, broken) {
        if (argv.csv) await replaceFile(argv.csv, csv(rows));
        else if (broken) process.stdout.write(csv(rows));
      },
    });
    const { measured, images, rows, selection, leftOut, seconds } = found;
    if (measured === null) {
      if (argv.json) print({ auroc: null, engine: engine.name, seconds, pictures: rows, leftOut });
      else if (!argv.csv) process.stdout.write(csv(rows));
      return;
    }
    if (!argv.json) {
      process.stdout.write(`${datasetText(found, { dataset: dataset.name, class: source.class, engine })}\n`);
      return;
    }
    const { auroc, aurocInterval: interval, perScale, fraction, fractions, minMax, pixel } = measured;
    print({
      ...{ auroc, interval, perScale, fraction, fractions, minMax, pixel },
      ...{ dataset: dataset.name, class: source.class, images, leftOut, selection },
      ...{ warnings: dataset.warnings, engine: engine.name, instructionSet: engine.instructionSet, seconds },
    });
  } finally {
    await dataset.close();
  }
}

function csv(rows: readonly object[]): string {
  return stringify([...rows], { header: true, cast: { string: csvCell } });
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
