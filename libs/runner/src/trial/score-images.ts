import { appendFile, open, readFile } from 'node:fs/promises';
import type { Dataset, TestItem } from '@fsad/datasets';
import type { Detector, Score } from '@fsad/detector';
import { DivergedError } from './failure.ts';

/** Images are scored in blocks of this many, always cut at the same places, so that a continued trial computes the same. */
export const blockSize = 32;

interface KeptBlock {
  readonly from: number;
  readonly scores: readonly Score[];
}

/**
 * Scores test images block by block, keeping each finished block in `path`; blocks already there are not scored again.
 * @throws DivergedError naming an image whose score is not finite; the signal's reason between two blocks.
 */
export async function scoreImages(given: {
  readonly score: Detector['score'];
  readonly dataset: Dataset;
  readonly items: readonly TestItem[];
  readonly path: string;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}): Promise<Score[]> {
  const { score, dataset, items, path, signal, onProgress } = given;
  const scores = await keptScores(path, items.length);
  onProgress(scores.length);
  while (scores.length < items.length) {
    signal.throwIfAborted();
    const from = scores.length;
    const block = items.slice(from, from + blockSize);
    const images = await Promise.all(block.map(({ id }) => dataset.image(id)));
    const found = await score(images, signal);
    requireFinite(found, block);
    await keepBlock(path, { from, scores: found });
    scores.push(...found);
    onProgress(scores.length);
  }
  return scores;
}

async function keptScores(path: string, limit: number): Promise<Score[]> {
  const scores: Score[] = [];
  const text = await readFile(path, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const block = parseBlock(line);
    if (block?.from === scores.length && scores.length + block.scores.length <= limit)
      scores.push(...block.scores);
  }
  return scores;
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

function requireFinite(scores: readonly Score[], items: readonly TestItem[]): void {
  if (scores.length !== items.length) {
    throw new Error(`the method gave ${scores.length} scores for ${items.length} images`);
  }
  scores.forEach(({ value, parts }, i) => {
    for (const [name, number] of [['score', value] as const, ...Object.entries(parts ?? {})]) {
      if (!Number.isFinite(number))
        throw new DivergedError(`${name} of test image ${items[i].id} is ${number}; training diverged`);
    }
  });
}
