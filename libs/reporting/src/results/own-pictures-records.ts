import { join } from 'node:path';
import { z } from 'zod';
import { readJsonLines } from './json-lines.ts';

const measured = z.number().nullish();
const record = z.object({
  /** NAME or NAME:PRESET */
  method: z.string(),
  numericVersion: z.number(),
  set: z.string(),
  /** Every picture brought to the mean level of the training pictures. */
  even: z.boolean(),
  /** So many test pictures instead of all. */
  testSubset: z.number().optional(),
  shots: z.number(),
  trial: z.number(),
  auroc: z.number(),
  pixelAuroc: measured,
  pro: measured,
  falseAlarms: measured,
  good: measured,
  misses: measured,
  bad: measured,
  goodPixelsAbove: measured,
  fitSeconds: measured,
  calibrationSeconds: measured,
  secondsPerPicture: measured,
  peakMegabytes: measured,
  level: z.object({ ordinary: z.number(), threshold: z.number() }).nullish(),
  scores: z.array(z.number()).optional(),
  anomalous: z.array(z.number()).optional(),
});

/** One line of `records.jsonl`, which `experiments/tuning/own-pictures.ts` writes: a method that learned from a few pictures of a set. */
export type OwnPicturesRecord = z.infer<typeof record>;

export function readOwnPictures(folder: string): Promise<OwnPicturesRecord[]> {
  return readJsonLines(join(folder, 'records.jsonl'), record);
}

/** AUROC of each trial in percent. */
export function trialsOf(records: readonly { readonly auroc: number }[]): string {
  return records.map((one) => percent(one.auroc)).join(', ');
}

export const percent = (value: number): string => (Number.isNaN(value) ? '–' : (100 * value).toFixed(1));

/** `htdg fast-rotations` */
export const methodName = ({ method }: Pick<OwnPicturesRecord, 'method'>): string => method.replace(':', ' ');
