import { basename, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Argv, CommandModule } from 'yargs';
import { calibrateMap, caveats, judge, type Calibration } from '@fsad/calibration';
import { reduced } from '@fsad/detector';
import {
  distinctNames,
  printable,
  requireNoInput,
  requireOutputFolder,
  writeFolderAtomically,
} from '@fsad/files';
import { BadImageError, commonRange, heatMapOverlay, type Image } from '@fsad/images';
import { picturesPage, type JudgedPicture, type PicturesPage } from '@fsad/reporting';
import { openModel, scoreImages, type OpenedModel, type StageProgress } from '@fsad/runner';
import { interruptible } from '../interrupt.ts';
import { threadsOf, withEngine } from '../options.ts';
import { readable, readPictures, sightOf, withOnBadImage, writePicture, type Picture } from '../pictures.ts';
import { stageProgress } from '../progress.ts';
import { stopped } from '../score-until-bad.ts';
import { uncalibrated } from '../threshold.ts';

/** Longer sides in pixels of what is written of a picture: with its map, and as it is. */
const MAP_SIDE = 1280;
const ORIGINAL_SIDE = 640;

/** Colours of calibrated maps: they begin at what good pictures reach and are full at 0.9. */
const FIXED = { low: 0.5, high: 0.9, lowest: 0, highest: 1 };

/** Folder of the pictures as they are, beside their maps. */
const ORIGINALS = 'originals';

/** Pictures that set the colours of a model without calibration. */
const FIRST = 32;

function builder(argv: Argv) {
  return withOnBadImage(withEngine(argv))
    .positional('model', { type: 'string', demandOption: true, describe: 'A model folder' })
    .positional('pictures', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'Pictures or folders of pictures',
    })
    .option('out', { type: 'string', demandOption: true, describe: 'Folder for the heat maps' })
    .example(
      '$0 localize runs/mine my/new/pictures --out runs/maps',
      'heat maps over every picture of a folder',
    );
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad localize`: where pictures are anomalous. */
export const localize: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  handler: (argv) => interruptible((signal) => run(argv, signal)),
};

async function run(argv: Arguments, signal: AbortSignal): Promise<void> {
  await requireOutputFolder(argv.out, '--out');
  const model = await openModel(argv.model, { engine: argv.engine, threads: threadsOf(argv.threads) });
  try {
    if (!model.detector.inspect) {
      const { name } = model.method;
      throw new Error(
        `${argv.model} is a model of ${name}, which says how anomalous a picture is but not where`,
      );
    }
    const progress = stageProgress();
    const { good: pictures, bad } = await readable(
      readPictures(argv.pictures, sightOf(model), (text) => progress.say(text)),
      (picture) => picture.image(),
      argv.onBadImage,
      progress,
      signal,
    );
    const read = pictures.map(({ name }) => name);
    const names = fileNames(read);
    const outputs = names.flatMap((name) => [join(argv.out, name), join(argv.out, ORIGINALS, name)]);
    await requireNoInput(outputs, read, `--out ${argv.out}`);
    const { calibration } = model;
    const made = calibration?.map ? calibration : null;
    if (!made) progress.say(uncalibrated(argv.model));
    const scored = await judgedPictures({ model, made, pictures, names, out: argv.out, progress, signal });
    const page = await picturesPage({
      title: made ? 'Good or defective, and where' : 'Most anomalous first',
      notes: notesOf(model, made),
      pictures: scored.pictures,
      leftOut: [...bad, ...(scored.broken ? [scored.broken] : [])].map(({ message }) => message),
      threshold: made && 0.5,
      colours: scored.colours,
    });
    await writeFolderAtomically(argv.out, new Map([['index.html', Buffer.from(page)]]));
    for (const { score, decision, map } of [...scored.pictures].sort((x, y) => y.score - x.score)) {
      const columns = [score.toFixed(6), ...(decision ? [decision] : []), printable(join(argv.out, map))];
      process.stdout.write(`${columns.join('\t')}\n`);
    }
    if (scored.broken) throw stopped(scored.broken, scored.pictures.length, pictures.length);
    progress.say(`the page: ${pathToFileURL(resolve(argv.out, 'index.html')).href}`);
  } finally {
    model.detector.dispose();
  }
}

interface ToJudge {
  readonly model: OpenedModel;
  /** Null where the model does not know what good pictures reach. */
  readonly made: Calibration | null;
  readonly pictures: readonly Picture[];
  readonly names: readonly string[];
  readonly out: string;
  readonly progress: StageProgress;
  readonly signal: AbortSignal;
}

/** What was judged, and the picture that ended the work because it cannot be read. */
type Judged = Pick<PicturesPage, 'pictures' | 'colours'> & { readonly broken: BadImageError | null };

/** Judges pictures and writes each with its map, one after the other, so that memory does not grow with their number. */
async function judgedPictures(work: ToJudge): Promise<Judged> {
  const { model, made, pictures, names, out, progress, signal } = work;
  const range = made ? FIXED : await rangeOfFirst(work);
  const judged: JudgedPicture[] = [];
  for (const [i, picture] of pictures.entries()) {
    const { name } = picture;
    progress.update('localising', i, pictures.length);
    let image: Image;
    try {
      image = await picture.image();
    } catch (broken) {
      if (!(broken instanceof BadImageError) || i === 0) throw broken;
      return { pictures: judged, colours: range, broken };
    }
    const { scores, maps } = await scoreImages({
      detector: model.detector,
      names: [name],
      image: async () => image,
      maps: true,
      signal,
    });
    const [map] = maps ?? [];
    const verdict = made && judge(made, scores[0].value);
    const shown = reduced(image, MAP_SIDE);
    const original = `${ORIGINALS}/${names[i]}`;
    await writePicture(out, names[i], heatMapOverlay(shown, made ? calibrateMap(made, map) : map, range));
    await writePicture(join(out, ORIGINALS), names[i], reduced(image, ORIGINAL_SIDE));
    judged.push({
      name,
      original,
      map: names[i],
      score: verdict?.score ?? scores[0].value,
      decision: verdict?.decision ?? null,
    });
  }
  progress.update('localising', pictures.length, pictures.length);
  return { pictures: judged, colours: range, broken: null };
}

/** Without a calibration: one range for all, of the first pictures. */
async function rangeOfFirst({ model, pictures, signal }: ToJudge): Promise<PicturesPage['colours']> {
  const first = pictures.slice(0, FIRST);
  const { maps } = await scoreImages({
    detector: model.detector,
    names: first.map(({ name }) => name),
    image: (i) => first[i].image(),
    maps: true,
    signal,
  });
  const range = commonRange(maps ?? []);
  return { ...range, lowest: range.low, highest: range.high };
}

function notesOf({ method, engine }: OpenedModel, made: Calibration | null): string[] {
  const by = `${method.name}, ${engine.name === 'none' ? 'no engine' : `engine ${engine.name}`}.`;
  if (!made)
    return [`Scores and colours are the method's own; the scale is that of the first pictures. ${by}`];
  const from = made.moved
    ? `set by ${made.moved.good} good${made.moved.bad > 0 ? ` and ${made.moved.bad} defective` : ''} pictures of yours`
    : `found from ${made.pictures === 1 ? 'the one training picture' : `the ${made.pictures} training pictures`}`;
  const scale =
    'Scores and colours run from 0 to 1 on one fixed scale; 0.5 is what good pictures reach, and nothing below it is coloured.';
  return [`${scale} The threshold was ${from}. ${by}`, ...caveats(made)];
}

/** `a/b.jpg` -> `b.png`; numbered where two would be one file. */
function fileNames(paths: readonly string[]): string[] {
  const stems = paths.map((path) => basename(path, extname(path)));
  return distinctNames(stems).map((stem) => `${stem}.png`);
}
