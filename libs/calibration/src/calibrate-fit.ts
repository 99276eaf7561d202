import type { AnomalyMap, Detector } from '@fsad/detector';
import type { Image } from '@fsad/images';
import type { Calibration } from './calibration.ts';
import { disturb } from './disturb.ts';
import { agreement, ALIGNED, commonPlaces, placesOf, withoutPlaces } from './places.ts';
import { levelOf, mean, oddOneOf } from './threshold.ts';

/** What a calibration of a fitted detector needs. */
export interface FitToCalibrate {
  /** Fitted on `images`. */
  readonly detector: Detector;
  readonly images: readonly Image[];
  /** What the images are called, where that is known. */
  readonly names?: readonly string[];
  /** Fits another detector of the same settings on some of the images; it is disposed here. */
  readonly refit: (images: readonly Image[]) => Promise<Detector>;
  /** How often to fit again at most, each time without an equal share of the pictures; two are enough to have every picture left out once. */
  readonly refits: number;
  /** Disturbed copies of each picture. */
  readonly copies: number;
  readonly signal?: AbortSignal;
  /** Called after each picture or copy that was shown to a detector, of which there are `workOf(..).looked`. */
  readonly onLook?: () => void;
  /** Hears how many of the further fits are done with. */
  readonly onRefit?: (done: number) => void;
}

/** What is kept of a picture that was scored. */
export interface Seen {
  readonly scores: number[];
  /** In the order of the scores; empty for a method without maps. */
  readonly maps: AnomalyMap[];
}

/** Shows a detector a picture's disturbed copies by their numbers; 0 is the picture itself. */
type Look = (detector: Detector, i: number, which: readonly number[]) => Promise<Seen>;

/** Of a map's pixels, the share at which its height is taken: single pixels do not make the scale. */
const HEIGHT_AT = 0.995;

/**
 * What good pictures score, from the training pictures alone: each is scored by a detector that was fitted without it,
 * as it is and in disturbed copies. Two fits do not speak one scale, so what a picture has is moved by as much as copies of pictures
 * learned from have less in that fit than in the whole one. Where pictures are left out one at a time, a second is left out as well, to learn what
 * one picture more is worth (`worthOfOneMore`). With one picture there is nothing to leave out, and its copies are scored by the detector itself.
 * @returns the calibration but for the model's digest.
 * @throws RangeError without images.
 */
export async function calibrateFit(fit: FitToCalibrate): Promise<Calibration> {
  const { images, names, copies, detector: whole, signal } = fit;
  if (images.length === 0) throw new RangeError('a calibration needs the pictures that were learned from');
  const count = images.length;
  const every = Array.from({ length: copies }, (_, copy) => copy + 1);
  const look: Look = (detector, i, which) => inspect(fit, detector, i, which);
  const made = (seen: readonly Seen[], refits: number) => ({
    ...levelsOf(seen),
    pictures: count,
    refits,
    copies,
    odd: oddOne(seen, names),
    moved: null,
  });
  if (count === 1) return made([await look(whole, 0, copies > 0 ? every : [0])], 0);

  const { folds, both, refits } = planRefits(count, fit.refits);
  const learned = await learnedFrom(
    whole,
    images.map((_, i) => i),
    look,
  );
  const seen: Seen[] = [];
  const further: Seen[] = [];
  let done = 0;
  /** Scores some pictures by a fit without them and others. */
  const without = async (
    leftOut: (i: number) => boolean,
    scored: readonly number[],
    which: readonly number[],
    into: Seen[],
  ) => {
    signal?.throwIfAborted();
    const others = images.flatMap((_, i) => (leftOut(i) ? [] : [i]));
    const detector = await fit.refit(others.map((i) => images[i]));
    try {
      const here = await learnedFrom(detector, others.slice(0, LEARNED), look);
      const offset = offsetBetween(
        learned.filter(({ i }) => here.some((one) => one.i === i)),
        here,
      );
      for (const i of scored) into[i] = moved(await look(detector, i, which), offset);
    } finally {
      detector.dispose();
    }
    fit.onRefit?.(++done);
  };
  for (let fold = 0; fold < folds; fold++) {
    const scored = images.flatMap((_, i) => (i % folds === fold ? [i] : []));
    await without((i) => i % folds === fold, scored, [0, ...every], seen);
    if (both) await without((i) => i === fold || i === (fold + 1) % count, [fold], [0], further);
  }
  if (!both) return made(seen, refits);
  const worth = worthOfOneMore(seen, further);
  return made(
    seen.map((one) => moved(one, worth)),
    refits,
  );
}

function oddOne(seen: readonly Seen[], names?: readonly string[]): Calibration['odd'] {
  const index = oddOneOf(seen.map(({ scores }) => scores));
  return index === null ? null : { number: index + 1, name: names?.[index] ?? null };
}

/** How often a calibration fits again, each time without a share of the pictures: `folds` shares, and once more without two of them where `both`. */
export function planRefits(
  count: number,
  most: number,
): { readonly folds: number; readonly both: boolean; readonly refits: number } {
  if (count === 1) return { folds: 0, both: false, refits: 0 };
  const folds = Math.max(2, Math.min(most, count));
  const both = folds === count && count > 2;
  return { folds, both, refits: both ? 2 * folds : folds };
}

/** What a calibration takes in pictures: those it shows to detectors, and those that fits learn from. */
export function workOf(
  count: number,
  most: number,
  copies: number,
): { readonly looked: number; readonly learned: number } {
  if (count === 1) return { looked: Math.max(copies, 1), learned: 0 };
  const { folds, both } = planRefits(count, most);
  const work = { looked: count + count * (copies + 1), learned: 0 };
  for (let fold = 0; fold < folds; fold++) {
    const others = count - Math.ceil((count - fold) / folds);
    for (const rest of both ? [others, others - 1] : [others]) {
      work.learned += rest;
      work.looked += Math.min(LEARNED, rest);
    }
  }
  if (both) work.looked += folds;
  return work;
}

/** Pictures learned from that tell how two fits' scales lie. */
const LEARNED = 3;

/**
 * What one picture more does to the scores of pictures not seen, and to their maps: fits of k - 2 and k - 1 pictures are known, the one of k is meant.
 * What is new to a detector falls about evenly with the logarithm of the number of pictures it learned, so the next step is the last one times
 * log(k / (k - 1)) / log((k - 1) / (k - 2)). Never upwards.
 */
function worthOfOneMore(seen: readonly Seen[], further: readonly Seen[]): Offset {
  const k = seen.length;
  const step = Math.log(k / (k - 1)) / Math.log((k - 1) / (k - 2));
  const fall = (of: (one: Seen) => number): number =>
    Math.min(0, mean(seen.map(of)) - mean(further.map(of))) * step;
  const withMaps = seen.every(({ maps }) => maps.length > 0);
  return {
    score: fall(({ scores }) => scores[0]),
    map: withMaps ? fall(({ maps }) => heightOf(maps[0].data.slice().sort())) : 0,
  };
}

/** The height of a map from its values in ascending order. */
const heightOf = (sorted: Float32Array): number => sorted[Math.ceil(HEIGHT_AT * (sorted.length - 1))];

/** Levels of scores and maps of good pictures that the detector did not learn. */
export function levelsOf(seen: readonly Seen[]): Pick<Calibration, 'format' | 'score' | 'map'> {
  return {
    format: 'fsad-calibration-v1',
    score: levelOf(seen.map(({ scores }) => scores)),
    map: mapLevel(seen),
  };
}

/** What a disturbed copy of a picture learned from has. */
interface Learned {
  readonly i: number;
  readonly score: number;
  readonly median: number;
}

/** One disturbed copy of each of some pictures learned from: their mean is all that is asked. */
async function learnedFrom(detector: Detector, pictures: readonly number[], look: Look): Promise<Learned[]> {
  const found: Learned[] = [];
  for (const i of pictures) {
    const { scores, maps } = await look(detector, i, [1]);
    found.push({ i, score: scores[0], median: maps.length > 0 ? medianOf(maps[0]) : 0 });
  }
  return found;
}

interface Offset {
  readonly score: number;
  readonly map: number;
}

function offsetBetween(whole: readonly Learned[], here: readonly Learned[]): Offset {
  return {
    score: mean(whole.map(({ score }) => score)) - mean(here.map(({ score }) => score)),
    map: mean(whole.map(({ median }) => median)) - mean(here.map(({ median }) => median)),
  };
}

const moved = ({ scores, maps }: Seen, offset: Offset): Seen => ({
  scores: scores.map((score) => score + offset.score),
  maps: maps.map(({ width, height, data }) => ({
    width,
    height,
    data: data.map((value) => value + offset.map),
  })),
});

const medianOf = ({ data }: AnomalyMap): number => data.slice().sort()[data.length >> 1];

async function inspect(
  { images, signal, onLook }: FitToCalibrate,
  detector: Detector,
  i: number,
  which: readonly number[],
): Promise<Seen> {
  const scores: number[] = [];
  const maps: AnomalyMap[] = [];
  // One at a time: pictures may be large.
  for (const copy of which) {
    const picture = copy === 0 ? images[i] : disturb(images[i], `calibration/picture/${i}/copy/${copy}`);
    const found = detector.inspect
      ? await detector.inspect([picture], signal)
      : { scores: await detector.score([picture], signal), maps: [] };
    scores.push(found.scores[0].value);
    maps.push(...found.maps);
    onLook?.();
  }
  return { scores, maps };
}

function mapLevel(seen: readonly Seen[]): Calibration['map'] {
  if (seen.some(({ maps }) => maps.length === 0)) return null;
  const places = seen.map(({ maps }) => placesOf(maps[0]));
  const agreed = agreement(places);
  // Two pictures of three agree with the third by what they have in common; fewer say nothing.
  const aligned = seen.length > 2 && agreed > ALIGNED;
  const left = seen.map(({ maps }, i) => {
    const common = aligned ? commonPlaces(places.filter((_, j) => j !== i)) : null;
    return maps.map((map) => withoutPlaces(map, common).data.slice().sort());
  });
  const level = levelOf(left.map((maps) => maps.map(heightOf)));
  const ordinary = mean(left.map(([values]) => values[values.length >> 1]));
  const common = aligned ? commonPlaces(places) : null;
  return {
    ordinary: Math.min(ordinary, level.ordinary),
    threshold: level.threshold,
    agreement: agreed,
    places: common && { ...common, data: common.data.map(rounded) },
  };
}

/** Six figures: what a file of JSON needs. */
const rounded = (value: number): number => Number(value.toPrecision(6));
