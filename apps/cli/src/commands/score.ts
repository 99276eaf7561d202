import { writeFile } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import type { Argv, CommandModule } from 'yargs';
import { pixelDigest, selectTest, type Dataset, type Split, type TestItem } from '@fsad/datasets';
import { scoreColumns, type AnomalyMap, type Score } from '@fsad/detector';
import type { HtdgDetector } from '@fsad/htdg';
import { judgePixels } from '@fsad/runner';
import { largeEnough, readable, withOnBadImage } from '../bad-images.ts';
import { evaluate } from '../evaluate.ts';
import { interruptible } from '../interrupt.ts';
import { openModel } from '../open-model.ts';
import { withDataset, withEngine, withTest } from '../options.ts';
import { stageProgress } from '../progress.ts';
import { readPictures } from '../read-pictures.ts';
import { openSource, readSplit, sourceOf } from '../source.ts';

/** Images decoded and scored between two looks at the clock and the signal. */
const BLOCK = 16;

function builder(argv: Argv) {
  return withOnBadImage(withTest(withEngine(withDataset(argv))))
    .positional('model', { type: 'string', demandOption: true, describe: 'A model folder' })
    .positional('pictures', { type: 'string', array: true, describe: 'Pictures or folders of pictures' })
    .option('folder', { type: 'string', describe: "A folder in MVTec's layout with test pictures" })
    .option('csv', { type: 'string', describe: 'Write one line an image to this file' })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .example('$0 score runs/m --dataset mnist --data data/mnist --limit 500 --json', 'AUROC on test images')
    .example('$0 score runs/mine my/new/pictures', 'a score for each picture, as CSV');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad score`: how anomalous pictures are. */
export const score: CommandModule<object, Arguments> = {
  command: 'score <model> [pictures..]',
  describe: 'Score pictures, or a dataset’s test images with AUROC',
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) => interruptible((signal) => run(argv, signal)),
};

async function run(argv: Arguments, signal: AbortSignal): Promise<void> {
  const detector = await openModel(argv.model, argv);
  try {
    if (argv.pictures?.length) await scorePictures(argv, detector, argv.pictures, signal);
    else await scoreDataset(argv, detector, signal);
  } finally {
    detector.dispose();
  }
}

async function scorePictures(
  argv: Arguments,
  detector: HtdgDetector,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (argv.dataset || argv.folder) throw new Error('pictures and --dataset or --folder exclude one another');
  const found = await readPictures(paths, detector.model.origin.colour);
  const { good: pictures, bad } = await readable(
    found,
    (picture) => picture.image(),
    argv.onBadImage,
    stageProgress(),
    signal,
  );
  const { scores } = await scoreAll(
    detector,
    pictures.length,
    async (i) => pictures[i].image(),
    false,
    signal,
  );
  const rows = scores.map((result, i) => row({ picture: pictures[i].name }, result));
  if (argv.csv) await writeFile(argv.csv, stringify(rows, { header: true }));
  if (argv.json)
    print({ engine: detector.engine.name, pictures: rows, leftOut: bad.map(({ message }) => message) });
  else if (!argv.csv) process.stdout.write(stringify(rows, { header: true }));
}

async function scoreDataset(argv: Arguments, detector: HtdgDetector, signal: AbortSignal): Promise<void> {
  const trained = await readSplit(argv.model);
  const source =
    argv.dataset || argv.folder
      ? sourceOf({ ...argv, class: argv.class ?? trained.source.class })
      : trained.source;
  const progress = stageProgress();
  const dataset = await openSource(source, (text) => progress.say(text));
  try {
    const selection = selectTest(
      dataset,
      { class: source.class, train: await trainedOn(dataset, trained.split) },
      argv,
    );
    const read = async ({ id }: TestItem) => largeEnough(await dataset.image(id), id);
    const { good: items, bad } = await readable(selection.items, read, argv.onBadImage, progress, signal);
    const leftOut = bad.map(({ message }) => message);
    const masks = items.some(({ hasMask }) => hasMask);
    const start = performance.now();
    const { scores, maps } = await scoreAll(
      detector,
      items.length,
      (i) => read(items[i]),
      masks,
      signal,
      (done) => progress.update('scoring', done, items.length),
    );
    const seconds = (performance.now() - start) / 1000;
    const rows = csvRows(items, scores);
    if (argv.csv) await writeFile(argv.csv, stringify(rows, { header: true }));
    if (new Set(items.map(({ anomalous }) => anomalous)).size < 2) {
      progress.say(
        `no AUROC: ${selection.description}, all of them ${items[0].anomalous ? 'anomalous' : 'normal'}`,
      );
      if (argv.json) print({ auroc: null, engine: detector.engine.name, seconds, pictures: rows, leftOut });
      else if (!argv.csv) process.stdout.write(stringify(rows, { header: true }));
      return;
    }
    await report(argv, detector, dataset, {
      ...selection,
      items,
      leftOut,
      scores,
      maps,
      seconds,
      class: source.class,
    });
  } finally {
    await dataset.close();
  }
}

/** Training images that lie in a dataset. In a folder the pixels decide, since pictures of another folder may have the same names. */
async function trainedOn(dataset: Dataset, split: Split): Promise<Split['train']> {
  if (dataset.name !== split.dataset) return [];
  if (dataset.name !== 'folder') return split.train;
  const here = new Set(dataset.ids());
  const found = [];
  for (const image of split.train) {
    if (here.has(image.id) && pixelDigest(await dataset.image(image.id)) === image.sha256) found.push(image);
  }
  return found;
}

interface Scored {
  readonly items: readonly TestItem[];
  readonly description: string;
  readonly class: string;
  /** Why pictures were left out, one line each. */
  readonly leftOut: readonly string[];
  readonly scores: readonly Score[];
  readonly maps: readonly AnomalyMap[];
  readonly seconds: number;
}

async function report(
  { json }: Arguments,
  { engine, config }: HtdgDetector,
  dataset: Dataset,
  { items, description, leftOut, class: className, scores, maps, seconds }: Scored,
): Promise<void> {
  const pixel = maps.length > 0 ? await judgePixels(dataset, items, maps) : null;
  const { auroc, aurocInterval, perScale, fractions, minMax } = evaluate(items, scores, pixel);
  if (json) {
    print({
      auroc,
      interval: aurocInterval,
      perScale,
      fraction: config.scoring.fraction,
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
  const lines = [
    `${dataset.name}, class ${className}: ${description}`,
    `AUROC ${auroc.toFixed(3)} (95 % interval ${aurocInterval[0].toFixed(3)} to ${aurocInterval[1].toFixed(3)})`,
    `by scale, coarsest first: ${perScale.map((area) => area.toFixed(3)).join(' ')}`,
    `by fraction of patches: ${Object.entries(fractions)
      .map(([fraction, area]) => `${fraction}: ${area.toFixed(3)}`)
      .join('  ')}`,
    ...(pixel ? [`pixel AUROC ${pixel.auroc.toFixed(3)}, PRO ${pixel.pro.toFixed(3)}`] : []),
    `${seconds.toFixed(1)} s, engine ${engine.name} (${engine.instructionSet})`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Scores image after image in blocks; with maps where they are wanted. */
export async function scoreAll(
  detector: HtdgDetector,
  count: number,
  image: (i: number) => ReturnType<Dataset['image']>,
  withMaps: boolean,
  signal: AbortSignal,
  onProgress: (done: number) => void = () => undefined,
): Promise<{ scores: Score[]; maps: AnomalyMap[] }> {
  const scores: Score[] = [];
  const maps: AnomalyMap[] = [];
  while (scores.length < count) {
    signal.throwIfAborted();
    const block = Math.min(BLOCK, count - scores.length);
    const images = await Promise.all(Array.from({ length: block }, (_, i) => image(scores.length + i)));
    if (withMaps) {
      const found = await detector.inspect(images, signal);
      scores.push(...found.scores);
      maps.push(...found.maps);
    } else {
      scores.push(...(await detector.score(images, signal)));
    }
    onProgress(scores.length);
  }
  return { scores, maps };
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
