import { availableParallelism } from 'node:os';
import { memoryBytes } from '../trial/index.ts';
import type { ResolvedEngine } from '../registry.ts';

/** How many trials run side by side, with how many threads and how much memory each. */
export interface CoreGroups {
  readonly workers: number;
  readonly threads: number;
  readonly memoryLimitBytes: number;
}

/** What one trial is expected to need. */
const trialBytes = 1.5 * 2 ** 30;

/**
 * Divides the machine among trials: one worker per core group of the most demanding engine, fewer where memory or trials are fewer; then cores that are
 * left over go to the workers there are. The number of threads never changes a result.
 */
export function coreGroups(
  engines: readonly ResolvedEngine[],
  asked: { readonly workers?: number; readonly threads?: number; readonly memoryLimitBytes?: number },
  trials: number,
  machine = { cores: availableParallelism(), memoryBytes: memoryBytes() },
): CoreGroups {
  const { cores } = machine;
  const whole = engines.some(({ coreGroup }) => coreGroup === 'all');
  const group = whole ? cores : Math.max(1, ...engines.map(({ coreGroup }) => Number(coreGroup)));
  const fitting = Math.max(1, Math.floor(machine.memoryBytes / trialBytes));
  const byCores = Math.max(1, Math.floor(cores / Math.min(asked.threads ?? group, cores)));
  const workers = Math.max(1, Math.min(asked.workers ?? Math.min(byCores, fitting), trials));
  const threads = asked.threads ?? Math.max(1, Math.floor(cores / workers));
  const memoryLimitBytes = asked.memoryLimitBytes ?? Math.floor((0.9 * machine.memoryBytes) / workers);
  return { workers, threads, memoryLimitBytes };
}
