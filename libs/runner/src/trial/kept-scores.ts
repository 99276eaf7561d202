import { appendFile, open, readFile } from 'node:fs/promises';
import type { Score } from '@fsad/detector';
import type { ScoreKeeper } from './score-images.ts';

interface KeptBlock {
  readonly from: number;
  readonly scores: readonly Score[];
}

/** Keeps blocks of scores of `images` images in a file, one line each; what a crash tore is passed over. */
export async function keepScores(path: string, images: number): Promise<ScoreKeeper> {
  const scores: Score[] = [];
  const text = await readFile(path, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const block = parseBlock(line);
    if (block?.from === scores.length && scores.length + block.scores.length <= images)
      scores.push(...block.scores);
  }
  return { scores, add: (from, found) => keepBlock(path, { from, scores: found }) };
}

function parseBlock(line: string): KeptBlock | null {
  try {
    return JSON.parse(line) as KeptBlock | null;
  } catch {
    return null;
  }
}

async function keepBlock(path: string, block: KeptBlock): Promise<void> {
  // The leading newline ends a line that a crash tore.
  await appendFile(path, `\n${JSON.stringify(block)}\n`);
  const file = await open(path, 'r');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}
