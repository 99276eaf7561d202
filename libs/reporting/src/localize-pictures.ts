import { basename, extname, join } from 'node:path';
import { calibrateMap, caveats, judge, type Calibration } from '@fsad/calibration';
import { reduced } from '@fsad/detector';
import { distinctNames, requireNoInput, writeFolderAtomically } from '@fsad/files';
import { BadImageError, commonRange, heatMapOverlay, writePicture, type Image } from '@fsad/images';
import { scoreImages, type NamedPicture, type OpenedModel } from '@fsad/runner';
import { picturesPage, type JudgedPicture, type PicturesPage } from './pictures-page.ts';

/** Longer sides in pixels of what is written of a picture: with its map, and as it is. */
const MAP_SIDE = 1280;
const ORIGINAL_SIDE = 640;

/** Colours of calibrated maps: they begin at what good pictures reach and are full at 0.9. */
const FIXED = { low: 0.5, high: 0.9, lowest: 0, highest: 1 };

/** Folder of the pictures as they are, beside their maps. */
const ORIGINALS = 'originals';

/** Pictures that set the colours of a model without calibration. */
const FIRST = 32;

/** Where to look at pictures, and where what is seen is written. */
export interface Localization {
  readonly model: OpenedModel;
  readonly pictures: readonly NamedPicture[];
  /** Folder of the maps and of their page, `index.html`. */
  readonly out: string;
  /** Pictures that were left out before, one line each. */
  readonly leftOut: readonly string[];
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** What was judged, most anomalous first, and the picture that ended the work because it cannot be read. */
export interface Localized {
  readonly pictures: readonly JudgedPicture[];
  readonly broken: BadImageError | null;
}

/** Whether maps of a model have one fixed scale, or that of the first pictures. */
export const hasFixedScale = ({ calibration }: OpenedModel): boolean => calibration?.map != null;

/**
 * Draws where pictures are anomalous: each with its map laid over it, and a page of all. Written one after the other, so that memory does not grow with their number.
 * @throws OutputError when an output would replace a picture; the signal's reason
 */
export async function localizePictures(work: Localization): Promise<Localized> {
  const { model, pictures, out, leftOut } = work;
  const read = pictures.map(({ name }) => name);
  const names = fileNames(read);
  const outputs = names.flatMap((name) => [join(out, name), join(out, ORIGINALS, name)]);
  await requireNoInput(outputs, read, `--out ${out}`);
  const made = hasFixedScale(model) ? model.calibration : null;
  const { colours, judged, broken } = await judgeEach(work, made, names);
  const page = await picturesPage({
    title: made ? 'Good or defective, and where' : 'Most anomalous first',
    notes: notesOf(model, made),
    pictures: judged,
    leftOut: [...leftOut, ...(broken ? [broken.message] : [])],
    threshold: made && 0.5,
    colours,
  });
  await writeFolderAtomically(out, new Map([['index.html', Buffer.from(page)]]));
  return { pictures: [...judged].sort((x, y) => y.score - x.score), broken };
}

async function judgeEach(
  work: Localization,
  made: Calibration | null,
  names: readonly string[],
): Promise<{ colours: PicturesPage['colours']; judged: JudgedPicture[]; broken: BadImageError | null }> {
  const { model, pictures, out, signal, onProgress } = work;
  const colours = made ? FIXED : await rangeOfFirst(work);
  const judged: JudgedPicture[] = [];
  for (const [i, picture] of pictures.entries()) {
    const { name } = picture;
    onProgress(i, pictures.length);
    let image: Image;
    try {
      image = await picture.image();
    } catch (broken) {
      if (!(broken instanceof BadImageError) || i === 0) throw broken;
      return { judged, colours, broken };
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
    const shown = made ? calibrateMap(made, map) : map;
    await writePicture(out, names[i], heatMapOverlay(reduced(image, MAP_SIDE), shown, colours));
    await writePicture(join(out, ORIGINALS), names[i], reduced(image, ORIGINAL_SIDE));
    const { score = scores[0].value, decision = null } = verdict ?? {};
    judged.push({ name, original: `${ORIGINALS}/${names[i]}`, map: names[i], score, decision });
  }
  onProgress(pictures.length, pictures.length);
  return { judged, colours, broken: null };
}

/** Without a calibration: one range for all, of the first pictures. */
async function rangeOfFirst({ model, pictures, signal }: Localization): Promise<PicturesPage['colours']> {
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
