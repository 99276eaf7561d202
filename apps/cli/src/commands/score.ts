import { stringify } from 'csv-stringify/sync';
import type { Argv, CommandModule } from 'yargs';
import { selectTest, trainedAmongTest, type Dataset, type TestItem } from '@fsad/datasets';
import { csvCell, replaceFile, requireNoInput, requireOutputFile } from '@fsad/files';
import { judge } from '@fsad/calibration';
import { scoreColumns, type Score } from '@fsad/detector';
import {
  evaluate,
  judgePixels,
  openModel,
  readSplit,
  requireLearned,
  trainedOn,
  type JudgedPixels,
  type OpenedModel,
  type Scored,
} from '@fsad/runner';
import { DefectFound } from '../failure.ts';
import { interruptible } from '../interrupt.ts';
import { thresholdAsked, uncalibrated } from '../threshold.ts';
import { threadsOf, withDataset, withEngine, withTest } from '../options.ts';
import { largeEnough, readable, readPictures, sightOf, withOnBadImage } from '../pictures.ts';
import { stageProgress } from '../progress.ts';
import { scoreUntilBad, stopped } from '../score-until-bad.ts';
import { openSource, sourceOf } from '../source.ts';

function builder(argv: Argv) {
  return withOnBadImage(withTest(withEngine(withDataset(argv))))
    .positional('model', { type: 'string', demandOption: true, describe: 'A model folder' })
    .positional('pictures', { type: 'string', array: true, describe: 'Pictures or folders of pictures' })
    .option('folder', { type: 'string', describe: "A folder in MVTec's layout with test pictures" })
    .option('csv', { type: 'string', describe: 'Write one line an image to this file' })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .option('threshold', {
      type: 'string',
      default: 'auto',
      describe:
        'Score of 0 to 1 above which a picture is called defective; auto: 0.5, what good pictures reach',
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
  if (argv.csv) await requireOutputFile(argv.csv, '--csv');
  const model = await openModel(argv.model, { engine: argv.engine, threads: threadsOf(argv.threads) });
  try {
    if (argv.pictures?.length) await scorePictures(argv, model, argv.pictures, signal);
    else await scoreDataset(argv, model, signal);
  } finally {
    model.detector.dispose();
  }
}

async function scorePictures(
  argv: Arguments,
  model: OpenedModel,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (argv.dataset || argv.folder) throw new Error('pictures and --dataset or --folder exclude one another');
  const threshold = thresholdAsked(argv.threshold);
  if (!model.calibration && (argv.failOnDefect || argv.threshold !== 'auto'))
    throw new Error(uncalibrated(argv.model));
  const progress = stageProgress();
  const found = readPictures(paths, sightOf(model), (text) => progress.say(text));
  const { good: pictures, bad } = await readable(
    found,
    (picture) => picture.image(),
    argv.onBadImage,
    progress,
    signal,
  );
  const names = pictures.map(({ name }) => name);
  if (argv.csv) await requireNoInput([argv.csv], names, '--csv', 'replace');
  const { scored, broken } = await scoreUntilBad({
    detector: model.detector,
    names,
    image: (i) => pictures[i].image(),
    maps: false,
    signal,
  });
  const { scores } = scored;
  const { calibration } = model;
  if (!calibration) progress.say(uncalibrated(argv.model));
  const verdicts = calibration && scores.map(({ value }) => judge(calibration, value, threshold));
  const rows = scores.map((result, i) => {
    const picture = pictures[i].name;
    const { value: raw } = result;
    const verdict = verdicts?.[i];
    const own = verdict ? { picture, score: verdict.score, decision: verdict.decision } : { picture, raw };
    return argv.raw ? { ...own, raw, ...scoreColumns(result) } : own;
  });
  if (argv.csv) await replaceFile(argv.csv, csv(rows));
  if (argv.json) {
    const leftOut = [...bad, ...(broken ? [broken] : [])].map(({ message }) => message);
    print({ engine: model.engine.name, threshold: verdicts ? threshold : null, pictures: rows, leftOut });
  } else if (!argv.csv) process.stdout.write(csv(rows));
  if (broken) throw stopped(broken, rows.length, names.length);
  const defective = verdicts?.filter(({ decision }) => decision === 'defective').length ?? 0;
  if (argv.failOnDefect && defective > 0) {
    throw new DefectFound(`${defective} of ${rows.length} pictures are defective`);
  }
}

async function scoreDataset(argv: Arguments, model: OpenedModel, signal: AbortSignal): Promise<void> {
  const trained = await readSplit(argv.model);
  const source =
    argv.dataset || argv.folder
      ? sourceOf({ ...argv, class: argv.class ?? trained.source.class })
      : trained.source;
  const progress = stageProgress();
  const dataset = await openSource(source, (text) => progress.say(text));
  try {
    if (source === trained.source) await requireLearned(dataset, trained.split, argv.model);
    const split = { class: source.class, train: await trainedOn(dataset, trained.split) };
    const selection = selectTest(dataset, split, argv);
    const repeated = trainedAmongTest(dataset, split, selection.items);
    if (repeated.length > 0) {
      const more = repeated.length > 6 ? `, and ${repeated.length - 6} more` : '';
      progress.say(
        `warning: training pictures under other names among the test pictures: ${repeated.slice(0, 6).join(', ')}${more}`,
      );
    }
    const { smallestSide } = sightOf(model);
    const read = async ({ id }: TestItem) => largeEnough(await dataset.image(id), id, smallestSide);
    const { good: items, bad } = await readable(selection.items, read, argv.onBadImage, progress, signal);
    const leftOut = bad.map(({ message }) => message);
    // A broken mask is found before the work, not after it.
    if (argv.onBadImage === 'fail') for (const { id, hasMask } of items) if (hasMask) await dataset.mask(id);
    const start = performance.now();
    const { scored, broken } = await scoreUntilBad(
      {
        detector: model.detector,
        names: items.map(({ id }) => id),
        image: (i) => read(items[i]),
        maps: items.some(({ hasMask }) => hasMask),
        signal,
      },
      (done) => progress.update('scoring', done, items.length),
    );
    const seconds = (performance.now() - start) / 1000;
    const rows = csvRows(items, scored.scores);
    if (argv.csv) await replaceFile(argv.csv, csv(rows));
    if (broken) {
      if (!argv.csv) process.stdout.write(csv(rows));
      throw stopped(broken, rows.length, items.length);
    }
    if (new Set(items.map(({ anomalous }) => anomalous)).size < 2) {
      progress.say(
        `no AUROC: ${selection.description}, all of them ${items[0].anomalous ? 'anomalous' : 'normal'}`,
      );
      if (argv.json) print({ auroc: null, engine: model.engine.name, seconds, pictures: rows, leftOut });
      else if (!argv.csv) process.stdout.write(csv(rows));
      return;
    }
    const { description } = selection;
    await report(argv, model, dataset, (text) => progress.say(text), {
      ...scored,
      items,
      description,
      leftOut,
      seconds,
      class: source.class,
    });
  } finally {
    await dataset.close();
  }
}

interface Found extends Scored {
  readonly items: readonly TestItem[];
  readonly description: string;
  readonly class: string;
  /** Why pictures were left out, one line each. */
  readonly leftOut: readonly string[];
  readonly seconds: number;
}

async function report(
  { json, onBadImage }: Arguments,
  { engine }: OpenedModel,
  dataset: Dataset,
  say: (text: string) => void,
  { items, description, leftOut, class: className, scores, maps, seconds }: Found,
): Promise<void> {
  const { pixel, doubts } = maps
    ? await judgePixels(dataset, items, maps, onBadImage)
    : { pixel: null, doubts: [] };
  for (const doubt of doubts) say(`warning: ${doubt}`);
  if (pixel === null && maps) say('no pixel figures: no mask can be used');
  const { auroc, aurocInterval, perScale, fractions, minMax } = evaluate(items, scores, pixel);
  if (json) {
    print({
      auroc,
      interval: aurocInterval,
      perScale,
      fraction: scores[0].fractions?.[0].fraction ?? null,
      fractions,
      minMax,
      pixel,
      dataset: dataset.name,
      class: className,
      images: items.length,
      leftOut,
      selection: description,
      warnings: dataset.warnings,
      engine: engine.name,
      instructionSet: engine.instructionSet,
      seconds,
    });
    return;
  }
  const byFraction = Object.entries(fractions).map(([fraction, area]) => `${fraction}: ${area.toFixed(3)}`);
  const scales = perScale.map((area) => area.toFixed(3)).join(' ');
  const lines = [
    `${dataset.name}, class ${className}: ${description}`,
    `AUROC ${auroc.toFixed(3)} (95 % interval ${aurocInterval[0].toFixed(3)} to ${aurocInterval[1].toFixed(3)})`,
    ...(scales ? [`by scale, coarsest first: ${scales}`] : []),
    ...(byFraction.length > 0 ? [`by fraction of patches: ${byFraction.join('  ')}`] : []),
    ...(pixel ? [pixelLine(pixel)] : []),
    `${seconds.toFixed(1)} s, engine ${engine.name}${engine.instructionSet ? ` (${engine.instructionSet})` : ''}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function pixelLine({ auroc, pro, images, regions, leftOut }: NonNullable<JudgedPixels['pixel']>): string {
  const without = leftOut ? `; ${leftOut} left out, whose masks are missing or say nothing` : '';
  return `pixel AUROC ${auroc.toFixed(3)}, PRO ${pro.toFixed(3)} over ${regions} regions of ${images} pictures${without}`;
}

function csv(rows: readonly object[]): string {
  return stringify([...rows], { header: true, cast: { string: csvCell } });
}

function csvRows(items: readonly TestItem[], scores: readonly Score[]): Record<string, string | number>[] {
  return scores.map((result, i) =>
    row({ image: items[i].id, kind: items[i].kind, anomalous: Number(items[i].anomalous) }, result),
  );
}

function row(head: Record<string, string | number>, score: Score): Record<string, string | number> {
  return { ...head, score: score.value, ...scoreColumns(score) };
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
