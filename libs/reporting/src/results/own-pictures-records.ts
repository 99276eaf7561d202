import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const measured = z.number().nullish();
const record = z.object({
  /** NAME or NAME:PRESET */
  method: z.string(),
  set: z.string(),
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

export async function readOwnPictures(folder: string): Promise<OwnPicturesRecord[]> {
  const lines = (await readFile(join(folder, 'records.jsonl'), 'utf8')).split('\n').filter(Boolean);
  return lines.map((line) => record.parse(JSON.parse(line)));
}

/** The values of one kind among some members, in the order of their names. */
export function grouped<T>(members: readonly T[], nameOf: (member: T) => string): (readonly [string, T[]])[] {
  const groups = new Map<string, T[]>();
  for (const member of members) groups.set(nameOf(member), [...(groups.get(nameOf(member)) ?? []), member]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}
