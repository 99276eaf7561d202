import { coreGroups } from './core-groups.ts';
import { countKinds, Durations, kindOf } from './estimate.ts';
import { failedResult, tellOfTheDead } from './failed-result.ts';
import { DiskFullError, isDiskFull } from './files.ts';
import { prepare, type PlanRequest, type Prepared } from './prepare.ts';
import { gitCommit } from './provenance.ts';
import { importRegistry, type Registry } from './registry.ts';
import type { Cell, TrialResult } from './result.ts';
import type { RunEvent, RunSummary } from './run-events.ts';
import { TrialProcess, type ChildOutcome } from './trial-process.ts';
import { sortTrials, type PendingTrial, type Share, type SortedTrials } from './sort-trials.ts';
import { openStore, type Store } from './store.ts';
import type { TrialSurroundings, TrialTask } from './task.ts';

export interface RunOptions {
  readonly request: PlanRequest;
  /** Address of the module that exports `registry`. */
  readonly registry: string;
  readonly store: string;
  /** Trials side by side; one per core group of the engine when left out. */
  readonly workers?: number;
  /** Threads of each trial. */
  readonly threads?: number;
  readonly memoryLimitBytes?: number;
  /** Make stored results again whose key has changed. */
  readonly replace: boolean;
  /** Try again what failed for its own reasons. */
  readonly retryFailed: boolean;
  /** Only this share of the plan: one task of an array job. */
  readonly share?: Share;
  /** For the provenance of results. */
  readonly command: string;
  readonly onEvent: (event: RunEvent) => void;
  /** Stop as soon as no work is lost. */
  readonly stop: AbortSignal;
  /** Stop at once. */
  readonly kill: AbortSignal;
}

/** How long a trial may take to leave when it is asked to. */
const patienceMs = 7000;
/** Attempts at a trial whose process is ended from outside, in one run. */
const mostAttempts = { killed: 4, 'out-of-memory': 2 } as const;

/** A request set against a store, ready to run. */
export interface OpenedRun {
  readonly prepared: Prepared;
  readonly registry: Registry;
  readonly store: Store;
  readonly sorted: SortedTrials;
  readonly durations: Durations;
}

/** Checks and plans a run without starting anything. @throws PlanError or ChangedCellsError: the user's to mend. */
export async function openRun(options: RunOptions): Promise<OpenedRun> {
  const registry = await importRegistry(options.registry);
  const prepared = await prepare(options.request, registry);
  try {
    const store = await openStore(options.store);
    const sorted = await sortTrials(prepared, registry, store, options);
    const durations = new Durations();
    for (const { cell } of prepared.cells()) {
      const stored = store.cell(cell);
      if (stored?.status === 'ok') durations.add(cell, stored.seconds);
    }
    return { prepared, registry, store, sorted, durations };
  } catch (error) {
    await prepared.close();
    throw error;
  }
}

/**
 * Runs what an experiment still lacks in a store: each trial in a process of its own, several side by side. Ends early, leaving everything valid, when
 * asked to or when the disk is full.
 * @throws PlanError or ChangedCellsError before the first trial; DiskFullError when there is not even room to begin.
 */
export async function runExperiment(options: RunOptions): Promise<RunSummary> {
  const opened = await openRun(options);
  try {
    return await new Run(options, opened).run();
  } finally {
    await opened.prepared.close();
  }
}

/** The tasks of pending trials, as they are handed to processes or a queue. */
export function taskOf(trial: PendingTrial, prepared: Prepared, origin: TrialTask['origin']): TrialTask {
  const { key, cells, inputs, draw } = trial;
  return { key, cells, inputs, draw, engine: prepared.engine(cells[0].detector), origin };
}

class Run {
  readonly #options: RunOptions;
  readonly #opened: OpenedRun;
  readonly #queue: PendingTrial[];
  #left: Map<string, { cell: Cell; count: number }>;
  #ok: number;
  #failed: number;
  #stopped: string | null = null;
  /** Ends the run from inside: aborted together with the caller's `stop`. */
  readonly #halt = new AbortController();

  constructor(options: RunOptions, opened: OpenedRun) {
    this.#options = options;
    this.#opened = opened;
    this.#queue = [...opened.sorted.pending].reverse();
    this.#left = countKinds(this.#queue.map(({ cells }) => cells[0]));
    this.#ok = opened.sorted.done;
    this.#failed = opened.sorted.failedBefore;
  }

  async run(): Promise<RunSummary> {
    const { prepared, store, sorted } = this.#opened;
    const { onEvent } = this.#options;
    for (const text of [...prepared.notes, ...store.notes]) onEvent({ type: 'note', text });
    await this.#enterShared();
    const engines = [...new Set(sorted.pending.map(({ cells }) => cells[0].detector))].map((detector) =>
      prepared.engine(detector),
    );
    const groups = coreGroups(engines, this.#options, sorted.pending.length);
    onEvent({
      type: 'plan',
      cells: sorted.cells,
      done: sorted.done,
      failedBefore: sorted.failedBefore,
      pending: sorted.pending.length,
      workers: groups.workers,
      threads: groups.threads,
      remainingSeconds: this.#remaining(groups.workers),
    });
    const origin = { command: this.#options.command, gitCommit: await gitCommit() };
    const workers = Array.from({ length: groups.workers }, (_, worker) => this.#work(worker, groups, origin));
    await Promise.all(workers);
    const left = sorted.cells - this.#ok - this.#failed;
    return {
      cells: sorted.cells,
      ok: this.#ok,
      failed: this.#failed,
      left,
      interrupted: this.#options.stop.aborted || this.#options.kill.aborted,
      stopped: this.#stopped,
    };
  }

  /** Enters the chosen cells on results that another experiment has computed already. */
  async #enterShared(): Promise<void> {
    for (const { key, cells } of this.#opened.sorted.shared) {
      const result = await this.#opened.store.adopt(key, cells);
      if (result?.status === 'ok') this.#ok += cells.length;
      else this.#failed += cells.length;
    }
  }

  get #ending(): boolean {
    return this.#options.stop.aborted || this.#options.kill.aborted || this.#halt.signal.aborted;
  }

  async #work(
    worker: number,
    groups: ReturnType<typeof coreGroups>,
    origin: TrialTask['origin'],
  ): Promise<void> {
    const place = new TrialProcess();
    try {
      for (let trial = this.#queue.pop(); trial && !this.#ending; trial = this.#queue.pop()) {
        await this.#runTrial(trial, place, worker, groups, origin);
      }
    } catch (error) {
      this.#halt.abort();
      if (!isDiskFull(error)) throw error;
      this.#stopped ??= (error as Error).message;
    } finally {
      await place.close();
    }
  }

  async #runTrial(
    trial: PendingTrial,
    place: TrialProcess,
    worker: number,
    groups: ReturnType<typeof coreGroups>,
    origin: TrialTask['origin'],
  ): Promise<void> {
    const { prepared, store, registry } = this.#opened;
    const { onEvent, registry: address } = this.#options;
    const task = taskOf(trial, prepared, origin);
    const [cell] = trial.cells;
    const surroundings: TrialSurroundings = {
      store: store.directory,
      data: dataOf(this.#options.request, cell),
      threads: groups.threads,
    };
    const began = performance.now();
    onEvent({ type: 'start', key: task.key, cell, worker });
    for (let attempt = 1; ; attempt++) {
      const outcome = await place.run(
        { type: 'run', registry: address, task, surroundings },
        {
          stop: AbortSignal.any([this.#options.stop, this.#halt.signal]),
          kill: this.#options.kill,
          patienceMs,
          memoryLimitBytes: groups.memoryLimitBytes,
          onProgress: (progress) => onEvent({ type: 'progress', key: task.key, progress }),
          onNote: (text) => onEvent({ type: 'note', text }),
        },
      );
      const seconds = (performance.now() - began) / 1000;
      const stored = await store.adopt(task.key, task.cells);
      if (stored?.status === 'ok') return this.#finish(trial, stored, seconds, groups.workers);
      if (outcome.type === 'interrupted' || (this.#ending && outcome.type === 'busy')) return;
      if (outcome.type === 'busy') {
        if (attempt === 1) onEvent({ type: 'note', text: `waiting: ${outcome.message}` });
        await pause(1000, this.#options.stop);
        continue;
      }
      if (outcome.type !== 'ended') throw new Error(`trial ${task.key} ended without its result`);
      const { ending, silent } = outcome;
      if (ending.diskFull) throw new DiskFullError(store.directory, null, new Error(ending.message));
      if (silent) tellOfTheDead(store.directory, task.key, ending);
      if (attempt < attemptsFor(outcome) && !this.#ending) {
        onEvent({ type: 'again', key: task.key, cell, why: ending.message });
        continue;
      }
      const failed = await failedResult(task, surroundings, registry, ending, outcome);
      await store.commit(failed);
      return this.#finish(trial, failed, seconds, groups.workers);
    }
  }

  #finish(trial: PendingTrial, result: TrialResult, seconds: number, workers: number): void {
    const [cell] = trial.cells;
    if (result.status === 'ok') {
      this.#ok += trial.cells.length;
      this.#opened.durations.add(cell, seconds);
    } else {
      this.#failed += trial.cells.length;
    }
    const kind = this.#left.get(kindOf(cell));
    if (kind) kind.count--;
    this.#options.onEvent({
      type: 'finish',
      key: result.key,
      cell,
      status: result.status,
      auroc: result.metrics?.auroc ?? null,
      message: result.failure && [result.failure.step, result.failure.message].filter(Boolean).join(': '),
      seconds,
      pending: [...this.#left.values()].reduce((sum, { count }) => sum + count, 0),
      remainingSeconds: this.#remaining(workers),
    });
  }

  #remaining(workers: number): number | null {
    const seconds = this.#opened.durations.sum(this.#left);
    return seconds === null ? null : seconds / workers;
  }
}

function attemptsFor({ ending }: Extract<ChildOutcome, { type: 'ended' }>): number {
  return ending.status === 'killed' || ending.status === 'out-of-memory' ? mostAttempts[ending.status] : 1;
}

/** Folder of a cell's dataset, null for its usual place. */
export function dataOf({ data }: PlanRequest, { dataset }: Cell): string | null {
  return data.get(dataset as Parameters<typeof data.get>[0]) ?? data.get('') ?? null;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
