import type { AnomalyMap, Detector } from '@fsad/detector';
import type { Image } from '@fsad/images';
import type { Calibration } from './calibration.ts';
import { disturb } from './disturb.ts';
import { agreement, ALIGNED, commonPlaces, placesOf, withoutPlaces, type Places } from './places.ts';
import { levelOf, mean } from './threshold.ts';

/** What a calibration of a fitted detector needs. */
export interface FitToCalibrate {
  /** Fitted on `images`. */
  readonly detector: Detector;
  readonly images: readonly Image[];
  /** Fits another detector of the same settings on some of the images; it is disposed here. */
  readonly refit: (images: readonly Image[]) => Promise<Detector>;
  /** How often to fit again at most, each time without an equal share of the pictures; two are enough to have every picture left out once. */
  readonly refits: number;
  /** Disturbed copies of each picture. */
  readonly copies: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What is kept of a picture that was scored. */
interface Seen {
  readonly scores: number[];
  /** The picture's own map and those of its copies; empty for a method without maps. */
  readonly maps: AnomalyMap[];
}

/** Of a map's pixels, the share at which its height is taken: single pixels do not make the scale. */
const HEIGHT_AT = 0.995;

/**
 * What good pictures score, from the training pictures alone: each is scored by a detector that was fitted without it,
 * as it is and in disturbed copies. With one picture there is nothing to leave out, and the copies are scored by the detector itself.
 * @returns the calibration but for the model's digest.
 * @throws RangeError without images.
 */
export async function calibrateFit(fit: FitToCalibrate): Promise<Omit<Calibration, 'model'>> {
  const { images, copies } = fit;
  if (images.length === 0) throw new RangeError('a calibration needs the pictures that were learned from');
  const refits = images.length === 1 ? 0 : Math.max(2, Math.min(fit.refits, images.length));
  const seen: Seen[] = [];
  const look = async (detector: Detector, i: number): Promise<void> => {
    seen[i] = await inspect(detector, images[i], `calibration/picture/${i}`, copies, fit.signal);
    fit.onProgress?.(seen.filter(Boolean).length, images.length);
  };
  if (refits === 0) await look(fit.detector, 0);
  for (let fold = 0; fold < refits; fold++) {
    fit.signal?.throwIfAborted();
    const detector = await fit.refit(images.filter((_, i) => i % refits !== fold));
    try {
      for (let i = fold; i < images.length; i += refits) await look(detector, i);
    } finally {
      detector.dispose();
    }
  }
  return {
    format: 'fsad-calibration-v1',
    pictures: images.length,
    refits,
    copies,
    // A picture that was learned from has no score of its own to tell; its copies stand for it.
    score: levelOf(seen.map(({ scores }) => (refits === 0 && scores.length > 1 ? scores.slice(1) : scores))),
    map: mapLevel(seen, refits > 0),
    moved: null,
  };
}

async function inspect(
  detector: Detector,
  image: Image,
  name: string,
  copies: number,
  signal?: AbortSignal,
): Promise<Seen> {
  const scores: number[] = [];
  const maps: AnomalyMap[] = [];
  // One at a time: pictures may be large.
  for (let copy = 0; copy <= copies; copy++) {
    const picture = copy === 0 ? image : disturb(image, `${name}/copy/${copy}`);
    const found = detector.inspect
      ? await detector.inspect([picture], signal)
      : { scores: await detector.score([picture], signal), maps: [] };
    scores.push(found.scores[0].value);
    maps.push(...found.maps);
  }
  return { scores, maps };
}

function mapLevel(seen: readonly Seen[], heldOut: boolean): Calibration['map'] {
  if (seen.some(({ maps }) => maps.length === 0)) return null;
  const places = seen.map(({ maps }) => placesOf(maps[0]));
  const agreed = heldOut ? agreement(places) : 0;
  // Two pictures of three agree with the third by what they have in common; fewer say nothing.
  const aligned = seen.length > 2 && agreed > ALIGNED;
  const without = (i: number): Places | null =>
    aligned ? commonPlaces(places.filter((_, j) => j !== i)) : null;
  const left = seen.map(({ maps }, i) => {
    const common = without(i);
    return maps.map((map) => withoutPlaces(map, common).data.slice().sort());
  });
  const heights = left.map((maps) =>
    maps.map((values) => values[Math.ceil(HEIGHT_AT * (values.length - 1))]),
  );
  const level = levelOf(heights.map((values) => (heldOut || values.length === 1 ? values : values.slice(1))));
  const ordinary = mean(left.map(([values]) => values[values.length >> 1]));
  return {
    ordinary: Math.min(ordinary, level.ordinary),
    threshold: level.threshold,
    agreement: agreed,
    places: aligned ? { ...commonPlaces(places), data: commonPlaces(places).data.map(rounded) } : null,
  };
}

/** Six figures: what a file of JSON needs. */
const rounded = (value: number): number => Number(value.toPrecision(6));
