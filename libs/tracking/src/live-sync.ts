import { setTimeout as wait } from 'node:timers/promises';
import { MlflowClient, type Connection, type RetryNotice, type RetryPolicy } from '@fsad/mlflow-client';
import { LockedError } from '@fsad/files';
import type { Drawings } from './drawings.ts';
import { isComplete, syncStore, type StoredResults, type SyncOptions, type SyncSummary } from './sync.ts';

/** How a live sync ended. */
export interface LiveEnd {
  readonly complete: boolean;
  /** Trials with something still to be told; null where it is not known. */
  readonly remaining: number | null;
  /** Why not everything was told, null when it was. */
  readonly reason: string | null;
}

const longestPauseMs = { trouble: 60_000, work: 300_000 };

/**
 * Tells an MLflow server about a store while others write into it: again and again what their journals have committed since. The journals on disk
 * are the only buffer, so a server that is away, slow or broken costs neither memory nor anybody's time.
 */
export class LiveSync {
  readonly #store: string;
  readonly #connection: Connection;
  readonly #onNote: (text: string) => void;
  readonly #everyMs: number;
  readonly #results: StoredResults | undefined;
  readonly #drawings: Drawings | undefined;
  readonly #ender = new AbortController();
  readonly #loop: Promise<void>;
  readonly #told = new Set<string>();
  #trouble: string | null = null;
  /** What the last request that had to be repeated met. */
  #retried: string | null = null;

  /** @param onNote Gets a sentence for the person when the server goes away, comes back, or something cannot be told. */
  constructor(
    store: string,
    connection: Connection,
    onNote: (text: string) => void,
    {
      everyMs = 5000,
      results,
      drawings,
    }: { readonly everyMs?: number } & Pick<SyncOptions, 'results' | 'drawings'> = {},
  ) {
    this.#results = results;
    this.#drawings = drawings;
    this.#store = store;
    this.#connection = connection;
    this.#onNote = onNote;
    this.#everyMs = everyMs;
    this.#loop = this.#run(this.#ender.signal);
  }

  /** Ends the telling with a last attempt that takes at most `limitMs`. */
  async finish(limitMs: number): Promise<LiveEnd> {
    this.#ender.abort();
    await this.#loop;
    const signal = AbortSignal.timeout(limitMs);
    const retry = { maxRetries: 9, backoffFactor: 0.2, backoffJitter: 0.1, timeoutMs: limitMs };
    try {
      const summary = await this.#sync(signal, retry);
      const { remaining, stopped, failures } = summary;
      const complete = isComplete(summary);
      const reason = this.#retried ?? this.#trouble ?? failures[0]?.message ?? stopped;
      return { complete, remaining, reason: complete ? null : reason };
    } catch (error) {
      return { complete: false, remaining: null, reason: (error as Error).message };
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    let pause = this.#everyMs;
    while (!signal.aborted) {
      const began = performance.now();
      const ok = await this.#pass(signal);
      const took = performance.now() - began;
      // A tenth of a core at most goes into looking through a large store; a server in trouble is left in peace.
      pause = ok
        ? Math.min(Math.max(this.#everyMs, 10 * took), longestPauseMs.work)
        : Math.min(2 * pause, longestPauseMs.trouble);
      await wait(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Whether the server took everything. Whatever goes wrong is said once, and never thrown: the trials go on. */
  async #pass(signal: AbortSignal): Promise<boolean> {
    let trouble: string | null = null;
    try {
      const summary = await this.#sync(signal, { maxRetries: 1 });
      trouble = summary.stopped ?? summary.failures[0]?.message ?? null;
      for (const note of summary.notes) this.#noteOnce(note);
    } catch (error) {
      if (error instanceof LockedError) return false;
      trouble = (error as Error).message;
    }
    if (signal.aborted) return false;
    if (trouble !== null && this.#trouble === null) {
      this.#onNote(
        `MLflow is not being told for now: ${trouble}. The trials go on, their journals keep everything`,
      );
    } else if (trouble === null && this.#trouble !== null) {
      this.#onNote('MLflow answers again and was told what it had missed');
    }
    this.#trouble = trouble;
    return trouble === null;
  }

  #sync(signal: AbortSignal, retry: Partial<RetryPolicy>): Promise<SyncSummary> {
    const connection = { ...this.#connection, retry: { ...this.#connection.retry, ...retry } };
    this.#retried = null;
    const onRetry = ({ error }: RetryNotice): void => void (this.#retried = error.message);
    return syncStore(this.#store, new MlflowClient(connection, { signal, onRetry }), {
      signal,
      results: this.#results,
      drawings: this.#drawings,
    });
  }

  #noteOnce(note: string): void {
    if (this.#told.has(note)) return;
    this.#told.add(note);
    this.#onNote(note);
  }
}
