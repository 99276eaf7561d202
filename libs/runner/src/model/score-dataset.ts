import {
  selectTest,
  trainedAmongTest,
  type Dataset,
  type Split,
  type TestItem,
  type TestRequest,
} from '@fsad/datasets';
import { scoreColumns, type Score } from '@fsad/detector';
import type { Image } from '@fsad/images';
import { evaluate, judgePixels, type JudgedPixels } from '../trial/index.ts';
import type { OpenedModel } from './open-model.ts';
import { largeEnough, readable, sightOf, type OnBadImage, type ReadingProgress } from './pictures.ts';
import { scoreUntilBad, stopped } from './score-until-bad.ts';
import { requireLearned, trainedOn } from './trained-on.ts';

/** Which test pictures of a class, and what happens to bad ones. */
export interface DatasetScoring extends TestRequest {
  readonly class: string;
  readonly onBadImage: OnBadImage;
  /** Told in a line whatever a reader of the numbers should know. */
  readonly progress: ReadingProgress & { readonly signal: AbortSignal };
  readonly onScored: (done: number, total: number) => void;
  /** Told the rows once they are there, before anything is judged, and whether a bad picture ended the work after them. */
  readonly onRows: (rows: readonly ImageRow[], broken: boolean) => Promise<void>;
}

/** One line of a table of test images: its id, kind and truth, the method's own score and its parts. */
export type ImageRow = Readonly<Record<string, string | number>>;

/** How well a model tells the test images of a class apart. */
export interface ScoredDataset {
  /** Null where all test images are of one kind, so that nothing can be told apart. */
  readonly measured:
    (ReturnType<typeof evaluate> & Pick<JudgedPixels, 'pixel'> & { readonly fraction: number | null }) | null;
  readonly images: number;
  readonly rows: readonly ImageRow[];
  /** Which test images, in words. */
  readonly selection: string;
  /** Why pictures were left out, one line each. */
  readonly leftOut: readonly string[];
  /** Seconds of scoring alone. */
  readonly seconds: number;
}

/**
 * Scores the test images of a class with a saved model, and judges its maps where there are masks.
 * @param learned what the model in `folder` was trained on, and whether `dataset` is where that lies, which is then checked
 * @throws Error when the training pictures are not those that were learned; BadImageError for a broken picture or mask unless they are skipped
 */
export async function scoreDataset(
  model: OpenedModel,
  dataset: Dataset,
  learned: { readonly split: Split; readonly here: boolean; readonly folder: string },
  given: DatasetScoring,
): Promise<ScoredDataset> {
  const { onBadImage, progress } = given;
  if (learned.here) await requireLearned(dataset, learned.split, learned.folder);
  const split = { class: given.class, train: await trainedOn(dataset, learned.split) };
  const selection = selectTest(dataset, split, given);
  const repeated = trainedAmongTest(dataset, split, selection.items);
  if (repeated.length > 0) progress.say(repeatedInWords(repeated));
  const { smallestSide } = sightOf(model);
  const read = async ({ id }: TestItem): Promise<Image> =>
    largeEnough(await dataset.image(id), id, smallestSide);
  const { good: items, bad } = await readable(selection.items, read, onBadImage, progress);
  // A broken mask is found before the work, not after it.
  if (onBadImage === 'fail') for (const { id, hasMask } of items) if (hasMask) await dataset.mask(id);

  const start = performance.now();
  const { scored, broken } = await scoreUntilBad(
    {
      detector: model.detector,
      names: items.map(({ id }) => id),
      image: (at) => read(items[at]),
      maps: items.some(({ hasMask }) => hasMask),
      signal: progress.signal,
    },
    given.onScored,
  );
  const seconds = (performance.now() - start) / 1000;
  const rows = scored.scores.map((score, at) => rowOf(items[at], score));
  await given.onRows(rows, broken !== null);
  if (broken) throw stopped(broken, rows.length, items.length);

  const found = {
    images: items.length,
    rows,
    selection: selection.description,
    leftOut: bad.map(({ message }) => message),
    seconds,
  };
  if (new Set(items.map(({ anomalous }) => anomalous)).size < 2) {
    const kind = items[0].anomalous ? 'anomalous' : 'normal';
    progress.say(`no AUROC: ${selection.description}, all of them ${kind}`);
    return { ...found, measured: null };
  }
  const { scores, maps } = scored;
  const { pixel, doubts } = maps
    ? await judgePixels(dataset, items, maps, onBadImage)
    : { pixel: null, doubts: [] };
  for (const doubt of doubts) progress.say(`warning: ${doubt}`);
  if (pixel === null && maps) progress.say('no pixel figures: no mask can be used');
  const fraction = scores[0].fractions?.[0].fraction ?? null;
  return { ...found, measured: { ...evaluate(items, scores, pixel), pixel, fraction } };
}

function repeatedInWords(repeated: readonly string[]): string {
  const more = repeated.length > 6 ? `, and ${repeated.length - 6} more` : '';
  return `warning: training pictures under other names among the test pictures: ${repeated.slice(0, 6).join(', ')}${more}`;
}

function rowOf({ id, kind, anomalous }: TestItem, score: Score): ImageRow {
  return { image: id, kind, anomalous: Number(anomalous), score: score.value, ...scoreColumns(score) };
}
