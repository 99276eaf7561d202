import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { acquireLock, makeFolder, type Lock } from '@fsad/files';
import { MlflowError, type MlflowClient } from '@fsad/mlflow-client';
import { beginningOf } from './beginning.ts';
import type { Drawings } from './drawings.ts';
import { groupName } from './identity.ts';
import { MlflowRuns } from './mlflow-runs.ts';
import { journalKeys, journalPath, storeId, trackingFolder } from './store.ts';
import { JournalError } from './record-appender.ts';
import { SyncState } from './sync-state.ts';
import { tellParent } from './tell-parent.ts';
import { noteUntold, tellTrial } from './tell-trial.ts';

/** Results that lie in the store beside the journals. */
export interface StoredResults {
  /** Keys of all trials that have a result. */
  keys(): Promise<Iterable<string>>;
  /**
   * Completes the journal of a finished trial from its result, or makes it again. False where there is nothing to complete, or another process
   * writes it.
   */
  completeJournal(key: string): Promise<boolean>;
}

export interface SyncOptions {
  /** Where given, a finished trial whose journal is torn, empty or gone is told from its result. */
  readonly results?: StoredResults;
  /** Where given, runs get the pictures and tables of their trials, and their parents a report. */
  readonly drawings?: Drawings;
  /** Ends the sync; what was told stays told, the summary says what remains. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a sync did, and what it left. */
export interface SyncSummary {
  /** Trials that have a journal. */
  readonly trials: number;
  /** Of these, how many there was something new of, and it was told. */
  readonly told: number;
  readonly runsMade: number;
  /** Metric points sent. */
  readonly points: number;
  readonly artifacts: number;
  /** Trials with something that was there when the sync began and is still to be told. */
  readonly remaining: number;
  /** What the server would not take, each with its reason; the first twenty. */
  readonly failures: readonly { readonly what: string; readonly message: string }[];
  /** Why the sync ended before it came to everything; null when it did not. */
  readonly stopped: string | null;
  /** Where the experiments of the store are to be seen. */
  readonly views: readonly { readonly experiment: string; readonly url: string }[];
  /** For the person, e.g. artefacts that could not go along. */
  readonly notes: readonly string[];
}

/** Whether a server knows everything now. */
export function isComplete({ remaining, stopped, failures }: SyncSummary): boolean {
  return remaining === 0 && stopped === null && failures.length === 0;
}

const mostFailures = 20;
/** So many trials in a row that a server answers with 5xx to, though it answers: it is taken for broken. */
const mostStumbles = 3;

/**
 * Tells an MLflow server everything that is committed in the journals of a store and that it does not know: one experiment an experiment file, a
 * parent run a (dataset, class, shots, detector, variant) and budget, a child run a trial. Doing it again changes nothing, whatever became of the
 * state file, of an earlier attempt or of the server's database. Holds one trial in memory at a time, and a line each of what was told.
 * @throws LockedError when another sync of the store is under way; JournalError when the disk is full
 */
export async function syncStore(
  store: string,
  client: MlflowClient,
  options: SyncOptions = {},
): Promise<SyncSummary> {
  makeFolder(trackingFolder(store), 'what MLflow was told');
  const lock = acquireLock(join(trackingFolder(store), 'sync.lock'), 'Telling MLflow');
  try {
    const state = new SyncState(store, client.uri);
    try {
      return await new Sync(store, client, state, lock, options).run();
    } finally {
      state.close();
    }
  } finally {
    lock.release();
  }
}

class Sync {
  readonly #store: string;
  readonly #state: SyncState;
  readonly #runs: MlflowRuns;
  readonly #lock: Lock;
  readonly #options: SyncOptions;
  readonly #failed = new Map<string, string>();
  #refreshedAt = performance.now();
  #stumbled = 0;

  constructor(store: string, client: MlflowClient, state: SyncState, lock: Lock, options: SyncOptions) {
    this.#store = store;
    this.#state = state;
    this.#lock = lock;
    this.#options = options;
    this.#runs = new MlflowRuns(client, state, storeId(store));
  }

  async run(): Promise<SyncSummary> {
    const began = Date.now();
    const finished = new Set(await this.#options.results?.keys());
    const keys = this.#asBegun([...new Set([...journalKeys(this.#store), ...finished])]);
    const refused = new Set<string>();
    let told = 0;
    let done = 0;
    let visited = 0;
    const stopped = await this.#untilStopped(async () => {
      await this.#runs.forgetWhatIsGone();
      for (const key of keys) {
        if (done++ % 500 === 0) await this.#breathe();
        const mayBeOpen = finished.has(key) && !this.#isEnded(key);
        if (mayBeOpen || !this.#isUnchanged(key)) {
          await this.#breathe();
          const outcome = await this.#attempt(`trial ${key}`, () => this.#tell(key, finished.has(key)));
          if (outcome === 'failed') {
            noteUntold(this.#store, key, this.#state);
            refused.add(key);
          } else if (outcome) {
            told++;
          }
        }
        visited = done;
        this.#options.onProgress?.(done, keys.length);
      }
      for (const group of [...this.#state.groups]) {
        await this.#breathe();
        const [member] = this.#state.members(group);
        if (!member) continue;
        const what = `${member.cell.experiment}: ${groupName(member.cell)}`;
        await this.#attempt(what, () =>
          tellParent(this.#store, group, began, this.#state, this.#runs, this.#options.drawings ?? null),
        );
      }
      await this.#runs.removeDoubles();
    });
    const remaining = keys.slice(visited).filter((key) => !this.#isUnchanged(key)).length + refused.size;
    const { made: runsMade, points, artifacts, views, notes } = this.#runs;
    return {
      trials: keys.length,
      told,
      runsMade,
      points,
      artifacts,
      remaining,
      failures: [...this.#failed].slice(0, mostFailures).map(([what, message]) => ({ what, message })),
      stopped,
      views,
      notes: [...notes],
    };
  }

  /** Trials as they began, the earliest first: a parent run is made with the first of them, and MLflow keeps the start it was made with. */
  #asBegun(keys: readonly string[]): string[] {
    const starts = new Map<string, number>();
    for (const key of keys) {
      const known = this.#state.trials.get(key)?.state;
      const { startedAt, cells } = known?.startedAt ? known : beginningOf(journalPath(this.#store, key));
      if (startedAt === null) continue;
      starts.set(key, startedAt);
      for (const cell of cells) this.#runs.noteStart(cell, startedAt);
    }
    const start = (key: string): number => starts.get(key) ?? Number.MAX_SAFE_INTEGER;
    return [...keys].sort((a, b) => start(a) - start(b) || (a < b ? -1 : 1));
  }

  /** Tells what is new of a trial; where it is finished and its journal does not say so, the journal is completed first. */
  async #tell(key: string, finished: boolean): Promise<boolean> {
    const tell = (): Promise<boolean> =>
      tellTrial(this.#store, key, this.#state, this.#runs, this.#options.drawings);
    const there = existsSync(journalPath(this.#store, key));
    const told = there && !this.#isUnchanged(key) ? await tell() : false;
    if (!finished || (there && this.#isEnded(key))) return told;
    if (!(await this.#options.results?.completeJournal(key))) return told;
    // Its offsets are others than those that were told.
    this.#state.forget('trial', key);
    this.#runs.notes.add(`trial ${key}: its journal was torn or gone and is completed from its result`);
    return (await tell()) || told;
  }

  /** Whether the server was told how a trial ended. */
  #isEnded(key: string): boolean {
    const { cells = [], outcome = null } = this.#state.trials.get(key)?.state ?? {};
    return cells.length > 0 && outcome !== null && outcome !== 'running';
  }

  /** Runs `work`; gives the reason where the server, or the caller, ended it. */
  async #untilStopped(work: () => Promise<void>): Promise<string | null> {
    try {
      await work();
      return null;
    } catch (error) {
      if (this.#options.signal?.aborted) return 'it was stopped before the end';
      if (error instanceof MlflowError) return error.message;
      throw error;
    }
  }

  /** One trial or parent that the server refuses, or stumbles over, does not keep the others from being told. */
  async #attempt(what: string, tell: () => Promise<boolean>): Promise<boolean | 'failed'> {
    try {
      const told = await tell();
      this.#stumbled = 0;
      return told;
    } catch (error) {
      if (this.#options.signal?.aborted || error instanceof JournalError) throw error;
      if (error instanceof MlflowError && concernsAll(error)) {
        if ((error.status ?? 0) < 500 || ++this.#stumbled === mostStumbles) throw error;
        await this.#runs.client.check();
      }
      this.#failed.set(what, (error as Error).message);
      return 'failed';
    }
  }

  /** Between two steps: others get a turn, the lock shows life, a stop is heard. */
  async #breathe(): Promise<void> {
    await turn();
    this.#options.signal?.throwIfAborted();
    const now = performance.now();
    if (now - this.#refreshedAt < 10_000) return;
    this.#refreshedAt = now;
    this.#lock.refresh();
  }

  #isUnchanged(key: string): boolean {
    const known = this.#state.trials.get(key);
    if (!known) return false;
    const found = statSync(journalPath(this.#store, key), { throwIfNoEntry: false });
    return found === undefined || (found.size === known.size && found.mtimeMs === known.mtimeMs);
  }
}

/** Whether an error will meet every further request too: no answer, no entry, not MLflow, a server in trouble. */
function concernsAll({ retryable, status }: MlflowError): boolean {
  return retryable || status === null || ![400, 404, 409].includes(status);
}
