import { availableParallelism } from 'node:os';
import { method, type HtdgDetector } from '@fsad/htdg';

/** Threads asked for, or all there are. @throws Error unless a whole number of at least 1. */
export function threadsOf(threads: number | undefined): number {
  if (threads === undefined) return availableParallelism();
  if (!Number.isInteger(threads) || threads < 1) {
    throw new Error(`--threads takes a whole number of at least 1, got ${threads}`);
  }
  return threads;
}

/** Opens a model folder with the engine asked for. */
export async function openModel(
  directory: string,
  argv: { readonly engine: string; readonly threads?: number },
): Promise<HtdgDetector> {
  const runtime = { engine: argv.engine, threads: threadsOf(argv.threads) };
  return await method.load(directory, runtime);
}
