import { DivergedError, scoreColumns, type AnomalyMap, type Detector, type Score } from '@fsad/detector';
import type { Image } from '@fsad/images';

/** Images are scored in blocks of this many, always cut at the same places, so that a continued trial computes the same. */
const blockSize = 32;

/** Where finished blocks are kept. */
export interface ScoreKeeper {
  /** Scores of the first images, from before. */
  readonly scores: readonly Score[];
  add(from: number, scores: readonly Score[]): Promise<void>;
}

export interface Scored {
  readonly scores: readonly Score[];
  /** Null where none were asked for, or the detector does not localise. */
  readonly maps: readonly AnomalyMap[] | null;
}

/**
 * Scores images block by block; where maps are wanted, they come from the same pass. Blocks that `keeper` has are not scored again, unless maps are wanted.
 * @param given.names of the images, for what goes wrong.
 * @throws DivergedError naming an image whose score or map is not finite; the signal's reason.
 */
export async function scoreImages(given: {
  readonly detector: Pick<Detector, 'score' | 'inspect'>;
  readonly names: readonly string[];
  readonly image: (index: number) => Promise<Image>;
  readonly maps: boolean;
  readonly signal: AbortSignal;
  /** Told how many are done, and what was found so far, which stays when a later image cannot be read. */
  readonly onProgress?: (done: number, soFar: Scored) => void;
  readonly keeper?: ScoreKeeper;
}): Promise<Scored> {
  const { detector, names, image, signal, onProgress = () => undefined } = given;
  const inspect = given.maps ? detector.inspect?.bind(detector) : undefined;
  const keeper = inspect ? undefined : given.keeper;
  const scores = [...(keeper?.scores ?? [])];
  const maps: AnomalyMap[] = [];
  const soFar: Scored = { scores, maps: inspect ? maps : null };
  onProgress(scores.length, soFar);
  while (scores.length < names.length) {
    signal.throwIfAborted();
    const from = scores.length;
    const block = names.slice(from, from + blockSize);
    const images = await Promise.all(block.map((_, i) => image(from + i)));
    const found = inspect
      ? await inspect(images, signal)
      : { scores: await detector.score(images, signal), maps: [] };
    requireFinite(found.scores, block);
    requireFiniteMaps(found.maps, block);
    await keeper?.add(from, found.scores);
    scores.push(...found.scores);
    maps.push(...found.maps);
    onProgress(scores.length, soFar);
  }
  return soFar;
}

function requireFinite(scores: readonly Score[], names: readonly string[]): void {
  if (scores.length !== names.length) {
    throw new Error(`the method gave ${scores.length} scores for ${names.length} images`);
  }
  for (const [i, score] of scores.entries()) {
    for (const [column, value] of Object.entries({ score: score.value, ...scoreColumns(score) })) {
      if (!Number.isFinite(value))
        throw new DivergedError(`${column} of image ${names[i]} is ${value}; training diverged`);
    }
  }
}

function requireFiniteMaps(maps: readonly AnomalyMap[], names: readonly string[]): void {
  for (const [i, { data }] of maps.entries()) {
    if (!data.every(Number.isFinite))
      throw new DivergedError(`the anomaly map of ${names[i]} is not finite; training diverged`);
  }
}
