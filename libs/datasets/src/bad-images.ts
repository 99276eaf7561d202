import { BadImageError } from '@fsad/images';
import type { Dataset, TestItem } from './dataset.ts';
import { inParallel } from './parallel.ts';

/** How far decoding is. */
export interface DecodeProgress {
  readonly done: number;
  readonly total: number;
  /** Pictures that could not be decoded so far. */
  readonly bad: number;
}

/**
 * Parts test items into those whose picture decodes, in their order, and the errors of the others: for
 * `--on-bad-image skip`. Decodes every picture.
 */
export async function withoutBadImages(
  dataset: Dataset,
  items: readonly TestItem[],
  options: { onProgress?: (progress: DecodeProgress) => void; signal?: AbortSignal } = {},
): Promise<{ items: TestItem[]; bad: BadImageError[] }> {
  const bad = new Map<string, BadImageError>();
  let done = 0;
  await inParallel(
    items,
    async ({ id }) => {
      try {
        await dataset.image(id);
      } catch (error) {
        if (!(error instanceof BadImageError)) throw error;
        bad.set(id, error);
      }
      options.onProgress?.({ done: ++done, total: items.length, bad: bad.size });
    },
    options.signal,
  );
  return { items: items.filter(({ id }) => !bad.has(id)), bad: [...bad.values()] };
}
