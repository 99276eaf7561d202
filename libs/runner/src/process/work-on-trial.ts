import { DiskFullError, isDiskFull } from '@fsad/files';
import {
  failedResult,
  tellOfTheDead,
  type TrialProgress,
  type TrialSurroundings,
  type TrialTask,
} from '../trial/index.ts';
import { readableResult, writeResult, type TrialResult } from '../store/index.ts';
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

/** How work on a trial ended. */
export type WorkEnd =
  | { readonly type: 'result'; readonly result: TrialResult }
  | { readonly type: 'stopped' }
  /** Another process works on it: it is to be looked at again, later. */
  | { readonly type: 'busy'; readonly message: string };

/**
 * Works on a trial until its result, good or bad, is in the store.
 * @throws DiskFullError; Error where not even the failure of the trial can be recorded
 */
export async function workOnTrial(work: TrialWork): Promise<WorkEnd> {
  const { task, surroundings, registry, address, stop, kill } = work;
  const { store } = surroundings;
  const ending = (): boolean => stop.aborted || kill.aborted;
  for (let attempt = 1; ;) {
    const outcome = await work.place.run(
      { type: 'run', registry: address, task, surroundings },
      { ...work, patienceMs },
    );
    const stored = await readableResult(store, task.key);
    if (stored?.status === 'ok') return { type: 'result', result: stored };
    if (outcome.type === 'interrupted' || (outcome.type === 'busy' && ending())) return { type: 'stopped' };
    if (outcome.type === 'busy') return outcome;
    if (outcome.type !== 'ended') throw new Error(`trial ${task.key} ended without its result`);
    if (outcome.ending.diskFull) throw new DiskFullError(store, null, new Error(outcome.ending.message));
    if (outcome.silent) tellOfTheDead(store, task.key, outcome.ending);
    if (attempt++ < attemptsFor(outcome) && !ending()) {
      work.onAgain(outcome.ending.message);
      continue;
    }
    return { type: 'result', result: await recordFailure(task, surroundings, registry, outcome) };
  }
}

/** @throws DiskFullError; Error with the trial's own failure where there is no way to record it, as of data that are not there */
async function recordFailure(
  task: TrialTask,
  surroundings: TrialSurroundings,
  registry: Registry,
  outcome: Extract<ChildOutcome, { type: 'ended' }>,
): Promise<TrialResult> {
  const { ending } = outcome;
  try {
    return await writeResult(
      surroundings.store,
      await failedResult(task, surroundings, registry, ending, outcome),
    );
  } catch (error) {
    if (isDiskFull(error)) throw error;
    const { message } = error as Error;
    const why = message === ending.message ? '' : ` (and this cannot be recorded: ${message})`;
    throw new Error(`${ending.message}${why}`, { cause: error });
  }
}

function attemptsFor({ ending }: Extract<ChildOutcome, { type: 'ended' }>): number {
  return ending.status === 'killed' || ending.status === 'out-of-memory' ? mostAttempts[ending.status] : 1;
}
