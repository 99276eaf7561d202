import { stat } from 'node:fs/promises';
import { DelayedError, WaitingError, Worker, type Job } from 'bullmq';
import { isDiskFull } from '@fsad/files';
import { coreGroups, type CoreGroups, TrialProcess, workOnTrial, type WorkEnd } from '../process/index.ts';
import { dataOf, type RunOptions } from '../open-run.ts';
import type { PlanRequest } from '../plan/index.ts';
import { importRegistry, type Registry } from '../registry.ts';
import { finishEvent } from '../tally.ts';
import { requireFit, taskDataset, UnfitError, type TrialTask } from '../trial/index.ts';
import {
  closeSoon,
  connectionOf,
  openQueue,
  outageNotes,
  QueueError,
  type QueuedTrial,
  type TrialReceipt,
} from './link.ts';
import { queuedTrial } from './payload.ts';

export interface ServeOptions
  extends
    Pick<
      RunOptions,
      'registry' | 'store' | 'workers' | 'threads' | 'memoryLimitBytes' | 'onEvent' | 'stop' | 'kill'
    >,
    Pick<PlanRequest, 'data'> {
  /** Address of Redis. */
  readonly queue: string;
  /** A trial whose worker is not heard of for so long goes back to the queue. */
  readonly silenceMs?: number;
}

/** What a worker did. */
export interface ServeSummary {
  readonly ok: number;
  readonly failed: number;
  readonly interrupted: boolean;
  /** Why the worker stopped by itself: the disk is full. */
  readonly stopped: string | null;
}

/** How often a trial may go down with its worker before the queue gives it up. */
const mostStalls = 10;
const tellEveryMs = 1000;
/** A trial that another process works on is looked at again after so long; meanwhile the worker takes others. */
const againAfterMs = 1000;

/**
 * Takes trials from the queue of a store and works on them until asked to stop; what is unfinished then goes back. Results, journals and unfinished work
 * lie in the store, which all workers of a queue share.
 * @throws QueueError when there is no such store or Redis; UnfitError when this machine would give other results than a trial's key stands for
 */
export async function serveQueue(options: ServeOptions): Promise<ServeSummary> {
  const { store } = options;
  if (!(await stat(store).catch(() => null))?.isDirectory()) {
    throw new QueueError(
      `${store}: no store there; give the folder that "fsad run --queue" writes to, shared between the machines`,
    );
  }
  const onNote = (text: string): void => options.onEvent({ type: 'note', text });
  const queue = await openQueue(options.queue, store, onNote);
  const { name } = queue;
  await closeSoon(queue);
  return new Serving(options, await importRegistry(options.registry), name).serve();
}

class Serving {
  readonly #options: ServeOptions;
  readonly #registry: Registry;
  readonly #name: string;
  readonly #halt = new AbortController();
  readonly #stop: AbortSignal;
  readonly #places: { readonly index: number; readonly place: TrialProcess }[] = [];
  readonly #checked = new Set<string>();
  #groups: CoreGroups = { workers: 1, threads: 1, memoryLimitBytes: Infinity };
  #ok = 0;
  #failed = 0;
  #error: unknown = null;

  constructor(options: ServeOptions, registry: Registry, name: string) {
    this.#options = options;
    this.#registry = registry;
    this.#name = name;
    this.#stop = AbortSignal.any([options.stop, options.kill, this.#halt.signal]);
  }

  async serve(): Promise<ServeSummary> {
    const { queue, onEvent, stop, kill, silenceMs = 30_000 } = this.#options;
    const engine = await this.#registry.resolveEngine('patches', 'auto');
    this.#groups = coreGroups([engine], this.#options, Infinity);
    for (let index = 0; index < this.#groups.workers; index++)
      this.#places.push({ index, place: new TrialProcess() });
    const places = [...this.#places];
    const worker = new Worker<QueuedTrial, TrialReceipt>(
      this.#name,
      (job, token) => this.#take(job, token as string),
      {
        connection: connectionOf(queue),
        concurrency: this.#groups.workers,
        lockDuration: silenceMs,
        stalledInterval: silenceMs / 2,
        maxStalledCount: mostStalls,
      },
    );
    worker.on(
      'error',
      outageNotes(queue, (text) => onEvent({ type: 'note', text })),
    );
    await aborted(this.#stop);
    // Trials leave within seven seconds, and go back to the queue.
    await closeSoon(worker, 8500);
    await Promise.all(places.map(({ place }) => place.close()));
    if (this.#error && !isDiskFull(this.#error)) throw this.#error as Error;
    return {
      ok: this.#ok,
      failed: this.#failed,
      interrupted: stop.aborted || kill.aborted,
      stopped: this.#error ? (this.#error as Error).message : null,
    };
  }

  async #take(job: Job<QueuedTrial, TrialReceipt>, token: string): Promise<TrialReceipt> {
    const free = this.#places.pop();
    let end: WorkEnd = { type: 'stopped' };
    try {
      if (free && !this.#stop.aborted) end = await this.#work(job, free.place, free.index);
    } catch (error) {
      // What is wrong with one trial, its data folder or its engine fails that job. A full disk would meet the next one too, and so would
      // a machine that gives other numbers: its trials are for others.
      if (!isDiskFull(error) && !(error instanceof UnfitError)) return this.#fail(job, error as Error);
      this.#error ??= error;
      this.#halt.abort();
    } finally {
      if (free) this.#places.push(free);
    }
    if (end.type === 'result') return { status: end.result.status };
    if (end.type === 'stopped') {
      await job.moveToWait(token);
      throw new WaitingError();
    }
    await job.moveToDelayed(Date.now() + againAfterMs, token);
    throw new DelayedError();
  }

  #fail({ id }: Job<unknown>, error: Error): never {
    this.#failed++;
    this.#options.onEvent({ type: 'note', text: `trial ${id}: ${error.message}` });
    throw error;
  }

  /** @throws Error for a job that is no trial, or one that cannot be done here */
  async #work(job: Job<QueuedTrial, TrialReceipt>, place: TrialProcess, worker: number): Promise<WorkEnd> {
    const { store, registry: address, onEvent, kill } = this.#options;
    const { task, data: plannedData } = queuedTrial(job.id, job.data);
    const data = dataOf(this.#options, task.cells[0]) ?? plannedData;
    await this.#check(task, data);
    const { key } = task;
    const [cell] = task.cells;
    onEvent({ type: 'start', key, cell, worker });
    let toldAt = -Infinity;
    const end = await workOnTrial({
      task,
      surroundings: { store, data, threads: this.#groups.threads },
      place,
      registry: this.#registry,
      address,
      memoryLimitBytes: this.#groups.memoryLimitBytes,
      stop: this.#stop,
      kill,
      onProgress: (progress) => {
        onEvent({ type: 'progress', key, progress });
        if (performance.now() - toldAt < tellEveryMs) return;
        toldAt = performance.now();
        job.updateProgress({ ...progress }).catch(() => undefined);
      },
      onNote: (text) => onEvent({ type: 'note', text }),
      onAgain: (why) => onEvent({ type: 'again', key, cell, why }),
    });
    if (end.type !== 'result') return end;
    const { status, provenance } = end.result;
    if (status === 'ok') this.#ok++;
    else this.#failed++;
    onEvent(finishEvent(end.result, cell, provenance.seconds.total));
    return end;
  }

  /** Checks once for each class and method that this machine gives what the plan stands for. */
  async #check(task: TrialTask, data: string | null): Promise<void> {
    const { inputs, cells } = task;
    const what = JSON.stringify([
      cells[0].dataset,
      cells[0].detector,
      inputs.data,
      inputs.engine,
      inputs.numericVersion,
    ]);
    if (this.#checked.has(what)) return;
    await requireFit(task, this.#registry);
    const dataset = await taskDataset(task, data, this.#registry);
    const fingerprint = dataset.fingerprintOf(cells[0].class);
    await dataset.close();
    if (fingerprint !== inputs.data) {
      throw new UnfitError(
        `the data of ${cells[0].dataset} here are not those the trials were planned with; give their folder with --data`,
      );
    }
    this.#checked.add(what);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
