import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { MlflowError } from './errors.ts';

/** When and how often a request is sent again; defaults and limits are the Python client's. */
export interface RetryPolicy {
  /** At most 9. Default 7. */
  readonly maxRetries: number;
  /** Seconds; waits are 0, then `factor * 2 ** (n - 1)` before retry n, at most 120 s. Default 2. */
  readonly backoffFactor: number;
  /** Up to so many seconds are added by chance. Default 1. */
  readonly backoffJitter: number;
  /** A request without an answer for so long has failed. Default 120 s. */
  readonly timeoutMs: number;
  /** A server that asks to wait longer (Retry-After) is given up. Default 300 s. */
  readonly maxRetryAfterMs: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  maxRetries: 7,
  backoffFactor: 2,
  backoffJitter: 1,
  timeoutMs: 120_000,
  maxRetryAfterMs: 300_000,
};

const longestWaitMs = 120_000;

/** Time and chance, for a test to replace. */
export interface Surroundings {
  now(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
}

/** The machine's clock, and chance that differs between processes, so that clients of one server do not retry in step. */
export const realSurroundings: Surroundings = {
  now: Date.now,
  sleep: (ms, signal) => wait(ms, undefined, { signal }),
  random: () => randomInt(2 ** 32) / 2 ** 32,
};

/** Milliseconds before retry `n` (from 1), jitter `random` in [0, 1). */
export function backoff(policy: RetryPolicy, n: number, random: number): number {
  const base = n <= 1 ? 0 : policy.backoffFactor * 2 ** (n - 1) * 1000;
  return Math.min(longestWaitMs, base) + policy.backoffJitter * random * 1000;
}

/** What is told before each retry. */
export interface RetryNotice {
  readonly retry: number;
  readonly of: number;
  readonly waitMs: number;
  readonly error: MlflowError;
}

/** Waits before retry `n`, or throws `error` again where there is no point in one. */
export async function waitForRetry(
  error: unknown,
  n: number,
  policy: RetryPolicy,
  surroundings: Surroundings,
  notify?: (notice: RetryNotice) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (!(error instanceof MlflowError) || !error.retryable || n > policy.maxRetries) throw error;
  if ((error.retryAfterMs ?? 0) > policy.maxRetryAfterMs) throw error;
  const waitMs = error.retryAfterMs ?? backoff(policy, n, surroundings.random());
  notify?.({ retry: n, of: policy.maxRetries, waitMs, error });
  await surroundings.sleep(waitMs, signal);
}
