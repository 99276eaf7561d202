import { QueueEvents, type Queue } from 'bullmq';
import { isDiskFull } from '@fsad/files';
import { shownAddress } from '@fsad/mlflow-client/address';
import { failedResult, programVersion, type TrialTask } from '../trial/index.ts';
import { type TrialResult } from '../store/index.ts';
import { dataOf, openRun, taskOf, type OpenedRun, type RunOptions } from '../open-run.ts';
import { ownMethodsOf } from '../own-files/index.ts';
import type { RunSummary } from '../run-events.ts';
import type { PendingTrial } from '../plan/index.ts';
import { Tally } from '../tally.ts';
import {
  closeSoon,
  connectionOf,
  openQueue,
  outageNotes,
  QueueError,
  type QueuedTrial,
  type TrialReceipt,
} from './link.ts';
import { queuedProgress, toQueue } from './payload.ts';

/** Trials handed to Redis, or asked for, at once. */
const batch = 500;
/** After so long without news the queue itself is looked at. */
const lookEveryMs = 5000;

/**
 * Hands what an experiment still lacks in a store to the queue of that store, and follows it until every trial has its result there. The store is the
 * truth: what the queue loses is handed to it again, and what was handed twice is done once.
 * @throws PlanError, ChangedCellsError or QueueError before anything was handed over
 */
export async function runOnQueue(options: RunOptions, address: string): Promise<RunSummary> {
  requireProjectsOwn(options.registry);
  const opened = await openRun(options);
  try {
    const onNote = (text: string): void => options.onEvent({ type: 'note', text });
    const queue = await openQueue(address, opened.store.directory, onNote);
    try {
      return await new Following(options, opened, queue, address).run();
    } finally {
      await closeSoon(queue);
    }
  } finally {
    await opened.prepared.close();
  }
}

/** @throws QueueError for methods that only this machine has */
function requireProjectsOwn(registry: string): void {
  const [name] = ownMethodsOf(registry);
  if (name === undefined) return;
  throw new QueueError(
    `${name} is a detector of a file of your own, which the workers of --queue do not have; run it here, or in parts with --share`,
  );
}

class Following {
  readonly #options: RunOptions;
  readonly #opened: OpenedRun;
  readonly #queue: Queue<QueuedTrial, TrialReceipt>;
  readonly #address: string;
  readonly #tally: Tally;
  readonly #pending: Map<string, PendingTrial>;
  /** When the results that a retry is to replace were made. */
  readonly #stale = new Map<string, string>();
  readonly #running = new Set<string>();
  /** Trials that left the queue, with the reason where they failed there. */
  #ended = new Map<string, string | null>();
  #origin: TrialTask['origin'] = { command: '', gitCommit: null };
  #wake: () => void = () => undefined;
  #workers = -1;

  constructor(
    options: RunOptions,
    opened: OpenedRun,
    queue: Queue<QueuedTrial, TrialReceipt>,
    address: string,
  ) {
    this.#options = options;
    this.#opened = opened;
    this.#queue = queue;
    this.#address = address;
    this.#tally = new Tally(opened, options.onEvent);
    this.#pending = new Map(opened.sorted.pending.map((trial) => [trial.key, trial]));
    for (const { key, cells, why } of this.#pending.values()) {
      const stored = opened.store.cell(cells[0]);
      if (why === 'retry' && stored) this.#stale.set(key, stored.finishedAt);
    }
  }

  async run(): Promise<RunSummary> {
    const { command, stop, kill } = this.#options;
    this.#origin = { command, gitCommit: await programVersion() };
    await this.#tally.begin(null);
    const events = new QueueEvents(this.#queue.name, { connection: connectionOf(this.#address) });
    let stopped: string | null = null;
    try {
      this.#listen(events);
      await this.#unlessStopped(this.#start(events));
      await this.#follow();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      stopped = (error as Error).message;
    } finally {
      await closeSoon(events);
    }
    return this.#tally.summary({ interrupted: stop.aborted || kill.aborted, stopped });
  }

  get #ending(): boolean {
    return this.#options.stop.aborted || this.#options.kill.aborted;
  }

  #listen(events: QueueEvents): void {
    const { onEvent } = this.#options;
    const end = (key: string, reason: string | null): void => {
      this.#running.delete(key);
      this.#ended.set(key, reason);
      this.#wake();
    };
    events.on('active', ({ jobId }) => this.#started(jobId));
    events.on('waiting', ({ jobId }) => void this.#running.delete(jobId));
    events.on('progress', ({ jobId, data }) => {
      const progress = queuedProgress(data);
      if (!progress || !this.#pending.has(jobId)) return;
      this.#started(jobId);
      onEvent({ type: 'progress', key: jobId, progress });
    });
    events.on('completed', ({ jobId }) => end(jobId, null));
    events.on('failed', ({ jobId, failedReason }) => end(jobId, failedReason));
    events.on(
      'error',
      outageNotes(this.#address, (text) => onEvent({ type: 'note', text })),
    );
    for (const signal of [this.#options.stop, this.#options.kill]) {
      signal.addEventListener('abort', () => this.#wake(), { once: true });
    }
  }

  #started(key: string): void {
    const trial = this.#pending.get(key);
    if (!trial || this.#running.has(key)) return;
    this.#running.add(key);
    const worker = this.#running.size - 1;
    this.#options.onEvent({ type: 'start', key, cell: trial.cells[0], worker });
  }

  /** Hands everything over, listening before the first trial can end. */
  async #start(events: QueueEvents): Promise<void> {
    await events.waitUntilReady();
    const trials = [...this.#pending.values()];
    for (let i = 0; i < trials.length && !this.#ending; i += batch) {
      await this.#hand(trials.slice(i, i + batch));
    }
    await this.#countWorkers();
  }

  /** Hands trials to the queue; those it has already stay as they are. */
  async #hand(trials: readonly PendingTrial[]): Promise<void> {
    const jobs = trials.map((trial) => {
      const task = taskOf(trial, this.#opened.prepared, this.#origin);
      const data = dataOf(this.#options.request, trial.cells[0]);
      return { name: 'trial', data: toQueue(task, data), opts: { jobId: trial.key } };
    });
    await this.#queue.addBulk(jobs);
  }

  async #follow(): Promise<void> {
    while (this.#pending.size > 0 && !this.#ending) {
      const ended = this.#ended;
      this.#ended = new Map();
      for (const [key, reason] of ended) await this.#settle(key, reason);
      if (this.#pending.size === 0 || this.#ending || this.#ended.size > 0) continue;
      if (!(await this.#news())) await this.#unlessStopped(this.#look());
    }
  }

  /** Waits for news; false when there is none for a while. */
  #news(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, lookEveryMs, false);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  /** Takes note of a trial that left the queue. */
  async #settle(key: string, reason: string | null): Promise<void> {
    const trial = this.#pending.get(key);
    if (!trial) return;
    const { store } = this.#opened;
    const sideBySide = Math.max(1, this.#running.size);
    let result: TrialResult | null;
    try {
      result = await store.adopt(key, trial.cells);
      if (result && !this.#counts(result)) result = null;
      if (!result && reason !== null) await store.commit((result = await this.#lost(trial, reason)));
    } catch (error) {
      if (isDiskFull(error)) throw error;
      this.#pending.delete(key);
      this.#tally.lose(
        trial,
        `${reason ?? 'its result cannot be read'}: ${(error as Error).message}`,
        sideBySide,
      );
      return;
    }
    // Neither a result nor a reason: `look` hands it over again.
    if (!result) return;
    this.#pending.delete(key);
    this.#tally.finish(trial, result, result.provenance.seconds.total, sideBySide);
  }

  #counts({ key, status, provenance }: TrialResult): boolean {
    return status === 'ok' || this.#stale.get(key) !== provenance.finishedAt;
  }

  /** The result of a trial that the queue has given up: its workers were ended again and again, or could not do it. */
  async #lost(trial: PendingTrial, reason: string): Promise<TrialResult> {
    const { prepared, registry, store } = this.#opened;
    const task = taskOf(trial, prepared, this.#origin);
    const data = dataOf(this.#options.request, trial.cells[0]);
    const stalled = reason.includes('stalled');
    const message = stalled
      ? `given up by the queue (${reason}): the workers that took it were ended each time`
      : `a worker could not do it: ${reason}`;
    const ending = {
      status: stalled ? 'killed' : 'failed',
      message,
      outside: true,
      diskFull: false,
    } as const;
    const surroundings = { store: store.directory, data, threads: 1 };
    return failedResult(task, surroundings, registry, ending, { step: null, peakMemoryBytes: 0 });
  }

  /** Looks after some of the trials of which nothing was heard: the queue may have lost them, or their news. */
  async #look(): Promise<void> {
    await this.#countWorkers();
    const lost: PendingTrial[] = [];
    for (const [key, trial] of [...this.#pending].slice(0, batch)) {
      if (this.#ending) return;
      const state = await this.#queue.getJobState(key);
      if (state === 'unknown') {
        await this.#settle(key, null);
        if (this.#pending.has(key)) lost.push(trial);
      }
      // To the end of the line, so that the next look goes on with others.
      if (this.#pending.delete(key)) this.#pending.set(key, trial);
    }
    if (lost.length > 0) await this.#hand(lost);
  }

  async #countWorkers(): Promise<void> {
    const count = await this.#queue.getWorkersCount();
    if (count === 0 && this.#workers !== 0) {
      const where = `--queue ${shownAddress(this.#address)} --store ${this.#opened.store.directory}`;
      this.#options.onEvent({
        type: 'note',
        text: `no worker is connected; start one: fsad worker ${where}`,
      });
    }
    this.#workers = count;
  }

  /** Waits for Redis, but not when asked to stop. */
  async #unlessStopped(work: Promise<void>): Promise<void> {
    const { stop, kill } = this.#options;
    const signal = AbortSignal.any([stop, kill]);
    if (signal.aborted) return void work.catch(() => undefined);
    const stopped = new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    await Promise.race([work, stopped]);
    if (signal.aborted) work.catch(() => undefined);
  }
}
