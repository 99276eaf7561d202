import { appendFile, open, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { Score } from '@fsad/detector';
import { encodeRecord, readRecords } from '@fsad/files';
import type { ScoreKeeper } from './score-images.ts';

const score: z.ZodType<Score> = z.strictObject({
  value: z.number(),
  scales: z.array(z.number()).optional(),
  fractions: z.array(z.strictObject({ fraction: z.number(), value: z.number() })).optional(),
  parts: z.record(z.string(), z.number()).optional(),
});
const keptBlock = z.strictObject({ from: z.int().nonnegative(), scores: z.array(score) });

/** Keeps blocks of scores of `images` images in a file, one record each; what a crash tore is passed over. */
export async function keepScores(path: string, images: number): Promise<ScoreKeeper> {
  const scores: Score[] = [];
  const there = await stat(path).catch(() => null);
  for (const { value } of there ? readRecords(path) : []) {
    const block = keptBlock.safeParse(value).data;
    if (block?.from === scores.length && scores.length + block.scores.length <= images)
      scores.push(...block.scores);
  }
  return { scores, add: (from, found) => keepBlock(path, { from, scores: found }) };
}

async function keepBlock(path: string, block: { from: number; scores: readonly Score[] }): Promise<void> {
  // The leading newline ends a record that a crash tore.
  await appendFile(path, Buffer.concat([Buffer.from('\n'), encodeRecord(block)]));
  const file = await open(path, 'r');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}
