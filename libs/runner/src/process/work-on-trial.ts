import { DiskFullError } from '@fsad/files';
import {
  failedResult,
  tellOfTheDead,
  type TrialProgress,
  type TrialSurroundings,
  type TrialTask,
} from '../trial/index.ts';
import { readResult, writeResult, type TrialResult } from '../store/index.ts';
import type { Registry } from '../registry.ts';
import type { ChildOptions, ChildOutcome, TrialProcess } from './trial-process.ts';

/** How long a trial may take to leave when it is asked to. */
const patienceMs = 7000;
/** Attempts at a trial whose process is ended from outside, in one run. */
const mostAttempts = { killed: 4, 'out-of-memory': 2 } as const;

export interface TrialWork extends Pick<ChildOptions, 'stop' | 'kill' | 'memoryLimitBytes'> {
  readonly task: TrialTask;
  readonly surroundings: TrialSurroundings;
  /** Where the trial runs. */
  readonly place: TrialProcess;
  /** The registry, and the address of the module that exports it. */
  readonly registry: Registry;
  readonly address: string;
  readonly onProgress: (progress: TrialProgress) => void;
  readonly onNote: (text: string) => void;
  /** Its process was ended from outside; it is begun once more. */
  readonly onAgain: (why: string) => void;
}

/**
 * Works on a trial until its result, good or bad, is in the store; null when stopped before. Waits while another process works on the same trial.
 * @throws DiskFullError
 */
export async function workOnTrial(work: TrialWork): Promise<TrialResult | null> {
  const { task, surroundings, stop, kill } = work;
  const { store } = surroundings;
  const ending = (): boolean => stop.aborted || kill.aborted;
  for (let attempt = 1, waits = 0; ;) {
    const { registry, address } = work;
    const outcome = await work.place.run(
      { type: 'run', registry: address, task, surroundings },
      { ...work, patienceMs },
    );
    const stored = await readResult(store, task.key);
    if (stored?.status === 'ok') return stored;
    if (outcome.type === 'interrupted' || (outcome.type === 'busy' && ending())) return null;
    if (outcome.type === 'busy') {
      if (waits++ === 0) work.onNote(`waiting: ${outcome.message}`);
      await pause(1000, stop);
      continue;
    }
    if (outcome.type !== 'ended') throw new Error(`trial ${task.key} ended without its result`);
    if (outcome.ending.diskFull) throw new DiskFullError(store, null, new Error(outcome.ending.message));
    if (outcome.silent) tellOfTheDead(store, task.key, outcome.ending);
    if (attempt++ < attemptsFor(outcome) && !ending()) {
      work.onAgain(outcome.ending.message);
      continue;
    }
    return await writeResult(
      store,
      await failedResult(task, surroundings, registry, outcome.ending, outcome),
    );
  }
}

function attemptsFor({ ending }: Extract<ChildOutcome, { type: 'ended' }>): number {
  return ending.status === 'killed' || ending.status === 'out-of-memory' ? mostAttempts[ending.status] : 1;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
