import { Queue, type RedisOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { parseAddress, shownAddress, type Address } from '@fsad/mlflow-client/address';
import { storeId } from '@fsad/tracking/journal';
import type { TrialTask } from '../trial/index.ts';

/** A trial as it waits in a queue; its job id is the trial's key, so that it is there at most once. */
export interface QueuedTrial {
  readonly task: TrialTask;
  /** Folder of its dataset where the plan was made, for workers that are not told another; null for the usual place. */
  readonly data: string | null;
  /** Of the canonical JSON of the two. */
  readonly sha256: string;
}

/** How a worker tells that a trial ended; its numbers lie in the store. */
export interface TrialReceipt {
  readonly status: string;
}

/** The queue cannot be used as it was asked for: the user's to mend. */
export class QueueError extends Error {
  override readonly name = 'QueueError';
}

/** The queue of a store. Its name holds the store's id, so that a worker on another store takes none of its trials. */
export function queueName(store: string): string {
  return `fsad-${storeId(store)}`;
}

/**
 * How to reach Redis; a lost connection is tried again for ever. User and password are those of the address, else of FSAD_QUEUE_USERNAME and
 * FSAD_QUEUE_PASSWORD.
 * @throws QueueError for what is no address of Redis
 */
export function connectionOf(address: string, environment = process.env): RedisOptions {
  const { url, user, password } = redisAddress(address);
  const database = url.pathname.slice(1);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 6379),
    username: user ?? environment.FSAD_QUEUE_USERNAME,
    password: password ?? environment.FSAD_QUEUE_PASSWORD,
    db: Number(database || 0),
    tls: url.protocol === 'rediss:' ? {} : undefined,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(100 * 2 ** times, 5000),
  };
}

function redisAddress(address: string): Address {
  const wanted = 'is no address of Redis like redis://host:6379 or redis://host:6379/1';
  try {
    const parsed = parseAddress('--queue', address, { schemes: ['redis:', 'rediss:'], wanted });
    if (/^\/?\d{0,4}$/.test(parsed.url.pathname) && parsed.url.search === '') return parsed;
  } catch (error) {
    throw new QueueError((error as Error).message, { cause: error });
  }
  throw new QueueError(`--queue "${shownAddress(address)}" ${wanted}`);
}

/** Opens the queue of a store. @throws QueueError when Redis does not answer now; later `onNote` is told */
export async function openQueue(
  address: string,
  store: string,
  onNote: (text: string) => void,
): Promise<Queue<QueuedTrial, TrialReceipt>> {
  await requireRedis(address);
  const queue = new Queue<QueuedTrial, TrialReceipt>(queueName(store), {
    connection: connectionOf(address),
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  queue.on('error', outageNotes(address, onNote));
  return queue;
}

/** Asks Redis once: a queue would wait for it for ever. */
async function requireRedis(address: string): Promise<void> {
  const probe = new Redis({ ...connectionOf(address), lazyConnect: true, retryStrategy: () => null });
  let reason: Error | null = null;
  probe.on('error', (error: Error) => (reason ??= error));
  try {
    await probe.connect();
    await probe.ping();
  } catch (error) {
    const { message, code } = (reason ?? error) as NodeJS.ErrnoException;
    throw new QueueError(`no Redis answers at ${shownAddress(address)}: ${message || code}`, {
      cause: error,
    });
  } finally {
    probe.disconnect();
  }
}

const noteEveryMs = 30_000;

/** Turns the errors of a connection into notes, one every half minute at most. */
export function outageNotes(address: string, onNote: (text: string) => void): (error: Error) => void {
  let notedAt = -Infinity;
  return (error) => {
    if (performance.now() - notedAt < noteEveryMs) return;
    notedAt = performance.now();
    const why = error.message || (error as NodeJS.ErrnoException).code;
    onNote(`Redis at ${shownAddress(address)}: ${why}; going on when it answers`);
  };
}

/** Lets a connection go, waiting for what it still has to say, but not for a Redis that is gone. */
export async function closeSoon(
  connection: { close(): Promise<void>; disconnect(): Promise<void> },
  patienceMs = 2000,
): Promise<void> {
  const closed = connection.close().catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, patienceMs, 'late')));
  if ((await Promise.race([closed, late])) === 'late') await connection.disconnect().catch(() => undefined);
  clearTimeout(timer);
}
