import { z } from 'zod';
import type { AnomalyMap } from '@fsad/detector';
import { withoutPlaces } from './places.ts';
import { onScale } from './threshold.ts';

const count = z.number().int().min(0);
const level = { ordinary: z.number(), threshold: z.number() };

/** What is written with a model: what good pictures score, and who set the threshold. */
export const calibrationSchema = z.strictObject({
  format: z.literal('fsad-calibration-v1'),
  /** Digest of the model it was made for. */
  model: z.string(),
  /** Good pictures it was made from, how often the model was fitted again without some of them, and disturbed copies of each. */
  pictures: count,
  refits: count,
  copies: count,
  /** Level of the scores. */
  score: z.strictObject(level),
  /** Level of the maps' values less those of their places; null for a method without maps. */
  map: z
    .strictObject({
      ...level,
      /** How much the pictures agreed on where their maps are high, -1 to 1. */
      agreement: z.number(),
      /** What places have in common; null where pictures are not aligned. */
      places: z.strictObject({ width: count, height: count, data: z.array(z.number()) }).nullable(),
    })
    .nullable(),
  /** Which of the pictures, from 1, scores far above what the others let one expect; null for none. Calibrations of before do not say. */
  odd: z.strictObject({ number: count, name: z.string().nullable() }).nullable().optional(),
  /** By how many pictures of their own somebody moved the threshold, and where it was; null while it is the automatic one. */
  moved: z.strictObject({ before: z.number().nullable(), good: count, bad: count }).nullable(),
  /** Of everything above; calibrations of before have none. */
  checksum: z.string().optional(),
});

/** As it lies beside a model. */
export type StoredCalibration = z.infer<typeof calibrationSchema>;

/** What good pictures score under a model. */
export type Calibration = Omit<StoredCalibration, 'model' | 'checksum'>;

/** A score on the common scale, and what it means. */
export interface Verdict {
  /** 0 to 1; 0.5 is the threshold. Ranks as `raw` does. */
  readonly score: number;
  /** The method's own score. */
  readonly raw: number;
  readonly decision: 'good' | 'defective';
}

/** @param threshold on the scale of 0 to 1. */
export function judge(calibration: Calibration, raw: number, threshold = 0.5): Verdict {
  const score = onScale(raw, calibration.score);
  return { score, raw, decision: score > threshold ? 'defective' : 'good' };
}

/**
 * A map on the fixed scale: 0.5 is what good pictures reach, at that place where pictures are aligned.
 * @throws Error for a calibration of a method without maps.
 */
export function calibrateMap({ map: made }: Calibration, map: AnomalyMap): AnomalyMap {
  if (!made) throw new Error('this calibration is of a method without maps');
  const { width, height, data } = withoutPlaces(map, made.places);
  return { width, height, data: data.map((value) => onScale(value, made)) };
}

/** Why a threshold may be doubted: a training picture unlike the others, one picture alone, fewer than four. */
export type Doubt =
  | { readonly kind: 'odd'; readonly number: number; readonly name: string | null }
  | { readonly kind: 'one' | 'few' };

/** The doubt about a calibration; null for an ordinary one, and where pictures of one's own have moved its threshold. */
export function doubtOf({ pictures, refits, moved, odd }: Calibration): Doubt | null {
  if (moved) return null;
  if (odd) return { kind: 'odd', ...odd };
  if (refits === 0) return { kind: 'one' };
  return pictures < 4 ? { kind: 'few' } : null;
}

/** What the number of pictures means for a calibration, and whether one of them is odd, in words for the user; empty for an ordinary one. */
export function caveats(calibration: Calibration): string[] {
  const { pictures } = calibration;
  const doubt = doubtOf(calibration);
  switch (doubt?.kind) {
    case 'odd':
      return [
        `training picture ${doubt.name ?? `${doubt.number} of ${pictures}`} scores far above what the others let one expect, and raises the threshold for all: look at it, and train without it unless it is good`,
      ];
    case 'one':
      return [
        'learned from one picture, the threshold rests on disturbed copies of it and knows nothing of how good pictures differ: ' +
          'expect false alarms, and set it with `fsad calibrate MODEL --good DIR`',
      ];
    case 'few':
      return [
        `the threshold rests on ${pictures} pictures; it is rough below four, and \`fsad calibrate MODEL --good DIR\` makes it firmer`,
      ];
    case undefined:
      return [];
  }
}
