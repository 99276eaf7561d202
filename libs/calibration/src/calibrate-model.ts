import { partOfFit, type Detector, type DetectorEvent, type DetectorMethod } from '@fsad/detector';
import type { Image } from '@fsad/images';
import { calibrateFit, planRefits } from './calibrate-fit.ts';
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
  /** Pictures are left out one at a time by a method whose fit is quick, unless they are cut into tiles, many pictures each. */
  readonly tiles?: number;
  readonly signal?: AbortSignal;
  /** Hears of progress as of one stage. */
  readonly report: (event: DetectorEvent) => void;
}

/** What is fitted again for a calibration, and how large that is. */
type Refits = Pick<ModelToCalibrate, 'method' | 'images' | 'tiles'>;

function refitsOf({ method, images, tiles = 1 }: Refits): ReturnType<typeof planRefits> & { most: number } {
  const most = method.quickFit && tiles === 1 ? LEFT_OUT : 2;
  return { ...planRefits(images.length, most), most };
}

/**
 * Reports of the two parts of a training: a fit, and its calibration, whose time is expected to be that of fits on as many pictures.
 */
export function partsOfTraining(
  report: (event: DetectorEvent) => void,
  model: Refits,
  calibrates: boolean,
): { readonly fit: typeof report; readonly calibration: typeof report } {
  const { folds, refits } = refitsOf(model);
  const count = model.images.length;
  const again = refits === 0 ? 0.02 : refits * (1 - Math.ceil(count / folds) / count);
  const end = calibrates ? 1 / (1 + again) : 1;
  return { fit: partOfFit(report, 0, end), calibration: partOfFit(report, end, 1) };
}

/** What good pictures score under a model, from those it learned from. @throws the signal's reason when aborted. */
export function calibrateModel(model: ModelToCalibrate): Promise<Calibration> {
  const { detector, create, images, names, seed, signal, report } = model;
  const { most, refits } = refitsOf(model);
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
        0.9,
      );
      await other.fit(some, { seed, report: within, signal, series });
      return other;
    },
    refits: most,
    copies: COPIES,
    signal,
    onProgress(done) {
      before = done;
      tell(done, done);
    },
  }).then((made) => {
    if (refits === 0) tell(1, 1);
    return made;
  });
}
