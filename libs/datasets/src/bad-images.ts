import { BadImageError } from '@fsad/images';
import { inParallel } from './parallel.ts';

/** How far decoding is. */
export interface DecodeProgress {
  readonly done: number;
  readonly total: number;
  /** Pictures that could not be decoded so far. */
  readonly bad: number;
}

/**
 * Parts things into those whose picture decodes, in their order, and the errors of the others: for `--on-bad-image skip`. Decodes every picture.
 * @throws whatever else `read` throws.
 */
export async function partBadImages<T>(
  items: readonly T[],
  read: (item: T) => Promise<unknown>,
  options: { onProgress?: (progress: DecodeProgress) => void; signal?: AbortSignal } = {},
): Promise<{ good: T[]; bad: BadImageError[] }> {
  const bad = new Map<T, BadImageError>();
  let done = 0;
  await inParallel(
    items,
    async (item) => {
      try {
        await read(item);
      } catch (error) {
        if (!(error instanceof BadImageError)) throw error;
        bad.set(item, error);
      }
      options.onProgress?.({ done: ++done, total: items.length, bad: bad.size });
    },
    options.signal,
  );
  return { good: items.filter((item) => !bad.has(item)), bad: [...bad.values()] };
}
