import { judge, levelsOf, ownThreshold, type ErrorRate, type Seen } from '@fsad/calibration';
import { writeCalibration } from '@fsad/calibration/folder';
import type { Image } from '@fsad/images';
import { scoreImages } from '../trial/index.ts';
import type { OpenedModel } from './open-model.ts';
import type { NamedPicture } from './pictures.ts';

/** Good pictures whose maps set the colour scale; more say little more and need memory. */
const mapsOf = 50;

/** A threshold that was moved, and what it and the one before it make of the pictures it was moved by. */
export interface MovedThreshold {
  readonly threshold: number;
  readonly falseAlarms: ErrorRate;
  /** Null without defective pictures. */
  readonly misses: ErrorRate | null;
  /** Null where the model had none. */
  readonly before: {
    readonly threshold: number;
    readonly falseAlarms: number;
    readonly misses: number;
  } | null;
}

/**
 * Moves the threshold of a saved model by pictures of one's own, good ones and perhaps defective ones, and writes it into the model's folder.
 * @throws Error for fewer than two good pictures; the signal's reason.
 */
export async function recalibrate(
  directory: string,
  model: OpenedModel,
  pictures: { readonly good: readonly NamedPicture[]; readonly bad: readonly NamedPicture[] },
  {
    signal,
    onProgress,
  }: { readonly signal: AbortSignal; readonly onProgress: (done: number, total: number) => void },
): Promise<MovedThreshold> {
  const total = pictures.good.length + pictures.bad.length;
  const look = (some: readonly NamedPicture[], maps: boolean, before: number): Promise<Seen[]> =>
    seen(model, some, maps, signal, (done) => onProgress(before + done, total));
  const first = await look(pictures.good.slice(0, mapsOf), true, 0);
  const good = [...first, ...(await look(pictures.good.slice(mapsOf), false, first.length))];
  const bad = await look(pictures.bad, false, good.length);
  const raw = { good: good.map(({ scores }) => scores[0]), bad: bad.map(({ scores }) => scores[0]) };
  const { threshold, falseAlarms, misses } = ownThreshold(raw.good, raw.bad);
  const { calibration: earlier } = model;
  const all = levelsOf(good.map(({ scores }) => ({ scores, maps: [] })));
  const ordinary = Math.min(all.score.ordinary, threshold - 1e-6 * Math.abs(threshold) - 1e-9);
  await writeCalibration(directory, {
    ...levelsOf(first),
    score: { ordinary, threshold },
    pictures: good.length,
    refits: 0,
    copies: 0,
    moved: { before: earlier?.score.threshold ?? null, good: good.length, bad: bad.length },
  });
  const called = (values: readonly number[], decision: 'good' | 'defective'): number =>
    values.filter((value) => earlier && judge(earlier, value).decision === decision).length;
  const before = earlier && {
    threshold: earlier.score.threshold,
    falseAlarms: called(raw.good, 'defective'),
    misses: called(raw.bad, 'good'),
  };
  return { threshold, falseAlarms, misses: misses ?? null, before: before ?? null };
}

/** Raw scores of pictures, with their maps where asked. */
async function seen(
  { detector }: OpenedModel,
  pictures: readonly NamedPicture[],
  maps: boolean,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<Seen[]> {
  const names = pictures.map(({ name }) => name);
  const image = (at: number): Promise<Image> => pictures[at].image();
  const found = await scoreImages({ detector, names, image, maps, signal, onProgress });
  return found.scores.map(({ value }, at) => ({ scores: [value], maps: found.maps ? [found.maps[at]] : [] }));
}
