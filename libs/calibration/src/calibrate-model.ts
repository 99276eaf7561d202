import { partOfFit, type Detector, type DetectorEvent, type DetectorMethod } from '@fsad/detector';
import type { Image } from '@fsad/images';
import { calibrateFit, planRefits, workOf } from './calibrate-fit.ts';
import type { Calibration } from './calibration.ts';

/** Pictures up to this many are left out one at a time by a method whose fit is quick; others fit twice more. */
const LEFT_OUT = 10;

/** Disturbed copies of each picture. */
const COPIES = 4;

/** What a calibration of a model that was just fitted needs. */
export interface ModelToCalibrate {
  readonly method: DetectorMethod<unknown>;
  /** Fitted on `images` with `seed`. */
  readonly detector: Detector;
  /** Another of the same settings, not yet fitted. */
  readonly create: () => Promise<Detector>;
  readonly images: readonly Image[];
  /** What the images are called, where that is known. */
  readonly names?: readonly string[];
  readonly seed: number;
  /** Along a side of each picture: 1 unless given. */
  readonly tiles?: number;
  readonly signal?: AbortSignal;
  /** Hears of progress as of one stage. */
  readonly report: (event: DetectorEvent) => void;
}

/** What is fitted again for a calibration, and how large that is. */
type Refits = Pick<ModelToCalibrate, 'method' | 'images' | 'tiles'>;

function refitsOf({ method, images, tiles = 1 }: Refits): ReturnType<typeof planRefits> & { most: number } {
  // More pictures than that on tiles would take far too long.
  const few = tiles === 1 || images.length <= LEFT_OUT;
  const most = method.quickFit && few ? LEFT_OUT : 2;
  return { ...planRefits(images.length, most), most };
}

/**
 * Reports of the two parts of a training: a fit, and its calibration. Pictures looked at are expected to take as long as pictures learned from where a fit is quick,
 * and next to nothing elsewhere.
 */
export function partsOfTraining(
  report: (event: DetectorEvent) => void,
  model: Refits,
  calibrates: boolean,
): { readonly fit: typeof report; readonly calibration: typeof report } {
  const count = model.images.length;
  const { looked, learned } = workOf(count, refitsOf(model).most, COPIES);
  const again = (learned + timeOfLook(model) * looked) / count;
  const end = calibrates ? 1 / (1 + again) : 1;
  return { fit: partOfFit(report, 0, end), calibration: partOfFit(report, end, 1) };
}

/** The time of looking at a picture in that of learning from it. */
const timeOfLook = ({ method }: Refits): number => (method.quickFit ? 1 : 0.01);

/** What good pictures score under a model, from those it learned from. @throws the signal's reason when aborted. */
export async function calibrateModel(model: ModelToCalibrate): Promise<Calibration> {
  const { detector, create, images, names, seed, signal, report } = model;
  const { most, refits, folds } = refitsOf(model);
  const { looked, learned } = workOf(images.length, most, COPIES);
  const look = timeOfLook(model);
  const stage = 'what good pictures score';
  const total = Math.max(refits, 1);
  // Two halves have no picture in common.
  const series = folds > 2 ? {} : undefined;
  /** Work in pictures; what is told of it never falls, though a detector may fit only when it is first asked something. */
  let [worked, furthest, done] = [0, 0, 0];
  const tell = (work: number): void => {
    furthest = Math.max(furthest, work);
    report({ type: 'progress', stage, done, total, whole: furthest / (learned + look * looked) });
  };
  tell(0);
  const made = await calibrateFit({
    detector,
    images,
    names,
    refit: async (some) => {
      const other = await create();
      const before = worked;
      const within = partOfFit(
        (event) => event.type === 'progress' && tell(before + (event.whole ?? 0)),
        0,
        some.length,
      );
      await other.fit(some, { seed, report: within, signal, series });
      worked += some.length;
      return other;
    },
    refits: most,
    copies: COPIES,
    signal,
    onLook: () => tell((worked += look)),
    onRefit: (refit) => {
      done = refit;
      tell(worked);
    },
  });
  if (refits === 0) report({ type: 'progress', stage, done: 1, total, whole: 1 });
  return made;
}
