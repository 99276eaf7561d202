import { setTimeout as wait } from 'node:timers/promises';
import { isDiskFull } from '@fsad/files';
import { coreGroups, type CoreGroups, TrialProcess, workOnTrial } from './process/index.ts';
import { dataOf, openRun, taskOf, type OpenedRun, type RunOptions } from './open-run.ts';
import { programVersion, type TrialTask } from './trial/index.ts';
import type { RunSummary } from './run-events.ts';
import type { PendingTrial } from './plan/index.ts';
import { Tally } from './tally.ts';

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

class Run {
  readonly #options: RunOptions;
  readonly #opened: OpenedRun;
  /** The next trial stands last. */
  readonly #queue: PendingTrial[];
  /** Trials that another process was found to work on. */
  readonly #busy = new Set<string>();
  readonly #tally: Tally;
  #stopped: string | null = null;
  /** Ends the run from inside. */
  readonly #halt = new AbortController();
  readonly #stop: AbortSignal;

  constructor(options: RunOptions, opened: OpenedRun) {
    this.#options = options;
    this.#opened = opened;
    this.#queue = [...opened.sorted.pending].reverse();
    this.#tally = new Tally(opened, options.onEvent);
    this.#stop = AbortSignal.any([options.stop, this.#halt.signal]);
  }

  async run(): Promise<RunSummary> {
    const { prepared, sorted } = this.#opened;
    const { command, stop, kill } = this.#options;
    const detectors = new Set(sorted.pending.map(({ cells }) => cells[0].detector));
    const engines = [...detectors].map((detector) => prepared.engine(detector));
    const groups = coreGroups(engines, this.#options, sorted.pending.length);
    await this.#tally.begin(groups);
    const origin = { command, gitCommit: await programVersion() };
    const workers = Array.from({ length: groups.workers }, (_, worker) => this.#work(worker, groups, origin));
    await Promise.all(workers);
    return this.#tally.summary({ interrupted: stop.aborted || kill.aborted, stopped: this.#stopped });
  }

  async #work(worker: number, groups: CoreGroups, origin: TrialTask['origin']): Promise<void> {
    const place = new TrialProcess();
    const { kill } = this.#options;
    try {
      for (
        let trial = this.#queue.pop();
        trial && !this.#stop.aborted && !kill.aborted;
        trial = this.#queue.pop()
      ) {
        await this.#try(trial, place, worker, groups, origin);
      }
    } catch (error) {
      this.#halt.abort();
      if (!isDiskFull(error)) throw error;
      this.#stopped ??= (error as Error).message;
    } finally {
      await place.close();
    }
  }

  /** Does a trial, or puts one that another process works on to the end of the line. Whatever goes wrong with one costs that one. @throws DiskFullError */
  async #try(
    trial: PendingTrial,
    place: TrialProcess,
    worker: number,
    groups: CoreGroups,
    origin: TrialTask['origin'],
  ): Promise<void> {
    let busy: string | null;
    try {
      busy = await this.#runTrial(trial, place, worker, groups, origin);
    } catch (error) {
      if (isDiskFull(error)) throw error;
      this.#tally.lose(trial, (error as Error).message, groups.workers);
      return;
    }
    if (busy === null) return;
    if (!this.#busy.has(trial.key)) this.#options.onEvent({ type: 'note', text: `waiting: ${busy}` });
    this.#busy.add(trial.key);
    this.#queue.unshift(trial);
    if (this.#queue.every(({ key }) => this.#busy.has(key))) await pause(1000, this.#stop);
  }

  /** Null when the trial is done, or the run is to stop; why it cannot be done now where another process works on it. */
  async #runTrial(
    trial: PendingTrial,
    place: TrialProcess,
    worker: number,
    { workers, threads, memoryLimitBytes }: CoreGroups,
    origin: TrialTask['origin'],
  ): Promise<string | null> {
    const { prepared, store, registry } = this.#opened;
    const { request, registry: address, onEvent, kill } = this.#options;
    const [cell] = trial.cells;
    const { key } = trial;
    const began = performance.now();
    onEvent({ type: 'start', key, cell, worker });
    const end = await workOnTrial({
      task: taskOf(trial, prepared, origin),
      surroundings: { store: store.directory, data: dataOf(request, cell), threads },
      place,
      registry,
      address,
      memoryLimitBytes,
      stop: this.#stop,
      kill,
      onProgress: (progress) => onEvent({ type: 'progress', key, progress }),
      onNote: (text) => onEvent({ type: 'note', text }),
      onAgain: (why) => onEvent({ type: 'again', key, cell, why }),
    });
    if (end.type === 'busy') return end.message;
    if (end.type === 'stopped') return null;
    await store.adopt(key, trial.cells);
    this.#tally.finish(trial, end.result, (performance.now() - began) / 1000, workers);
    return null;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return wait(ms, undefined, { signal }).catch(() => undefined);
}
