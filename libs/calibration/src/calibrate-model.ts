import { partOfFit, type Detector, type DetectorEvent, type DetectorMethod } from '@fsad/detector';
import type { Image } from '@fsad/images';
import { calibrateFit, planRefits, workOf } from './calibrate-fit.ts';
import type { Calibration } from './calibration.ts';

/** Pictures up to this many are left out one at a time by a method whose fit is quick; others fit twice more. */
const LEFT_OUT = 10;

/** On tiles, of which each counts as a picture, up to this many: five photographs of 3 x 3. */
const TILES_LEFT_OUT = 50;

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
  const few = tiles === 1 || images.length * tiles ** 2 <= TILES_LEFT_OUT;
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
  const again = (learned + shareOfLook(model) * looked) / count;
  const end = calibrates ? 1 / (1 + again) : 1;
  return { fit: partOfFit(report, 0, end), calibration: partOfFit(report, end, 1) };
}

/** The time of looking at a picture in that of learning from it. */
const shareOfLook = ({ method }: Refits): number => (method.quickFit ? 1 : 0.01);

/** What good pictures score under a model, from those it learned from. @throws the signal's reason when aborted. */
export function calibrateModel(model: ModelToCalibrate): Promise<Calibration> {
  const { detector, create, images, names, seed, signal, report } = model;
  const { most, refits } = refitsOf(model);
  const { looked, learned } = workOf(images.length, most, COPIES);
  const fitted = learned / (learned + shareOfLook(model) * looked);
  const stage = 'what good pictures score';
  const total = Math.max(refits, 1);
  const series = {};
  let before = 0;
  const tell = (done: number, whole: number): void =>
    report({ type: 'progress', stage, done, total, whole: whole / total });
  tell(0, 0);
  return calibrateFit({
    detector,
    images,
    names,
    refit: async (some) => {
      const other = await create();
      const within = partOfFit(
        (event) => event.type === 'progress' && tell(before, before + (event.whole ?? 0)),
        0,
        fitted,
      );
      await other.fit(some, { seed, report: within, signal, series });
      return other;
    },
    refits: most,
    copies: COPIES,
    signal,
    onProgress(done, seen) {
      before = done;
      tell(done, done + (seen && fitted + (1 - fitted) * seen));
    },
  }).then((made) => {
    if (refits === 0) tell(1, 1);
    return made;
  });
}
