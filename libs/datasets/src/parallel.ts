import { availableParallelism } from 'node:os';

/**
 * Does `work` for every item, one more at a time than there are cores, so that the decoder's threads stay busy while
 * this one works too. Ends at the first error, or the signal's reason, after what had begun has ended.
 */
export async function inParallel<T>(
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failed = false;
  const worker = async (): Promise<void> => {
    try {
      for (let next = queue.next(); !next.done && !failed; next = queue.next()) {
        signal?.throwIfAborted();
        await work(next.value);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: availableParallelism() + 1 }, worker));
  const problem = ends.find((end) => end.status === 'rejected');
  if (problem) throw problem.reason;
}
