import type { Detector, DetectorMethod } from '@fsad/detector';
import type { Image } from '@fsad/images';
import { calibrateFit } from './calibrate-fit.ts';
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
  readonly seed: number;
  /** Pictures are left out one at a time by a method whose fit is quick, unless they are cut into tiles, many pictures each. */
  readonly tiles?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What good pictures score under a model, from those it learned from. @throws the signal's reason when aborted. */
export function calibrateModel(model: ModelToCalibrate): Promise<Calibration> {
  const { method, detector, create, images, seed, tiles = 1, signal, onProgress } = model;
  return calibrateFit({
    detector,
    images,
    refit: async (some) => {
      const other = await create();
      await other.fit(some, { seed, report: () => undefined, signal });
      return other;
    },
    refits: method.quickFit && tiles === 1 ? LEFT_OUT : 2,
    copies: COPIES,
    signal,
    onProgress,
  });
}
