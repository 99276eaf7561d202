import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const REFRESH_MS = 5_000;
/** A lock not refreshed for so long was left behind. */
const STALE_MS = 60_000;

export interface LockOptions {
  readonly signal?: AbortSignal;
  /** Called once when another process holds the lock. */
  readonly onWait?: (holder: string) => void;
}

/**
 * Runs `work` while holding the lock file `path`, after waiting for any other process that holds it. `work` gets a
 * signal that aborts when the caller's does, or when the lock was lost to another process after a long standstill.
 */
export async function withLock<T>(
  path: string,
  options: LockOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const token = await acquire(path, options);
  const lost = new AbortController();
  const isMine = async (): Promise<boolean> => (await readFile(path, 'utf8').catch(() => '')) === token;
  const timer = setInterval(async () => {
    if (await isMine()) await utimes(path, new Date(), new Date()).catch(() => undefined);
    else lost.abort(new Error(`the lock ${path} was taken over by another process`));
  }, REFRESH_MS);
  try {
    return await work(options.signal ? AbortSignal.any([options.signal, lost.signal]) : lost.signal);
  } finally {
    clearInterval(timer);
    if (await isMine()) await rm(path, { force: true });
  }
}

async function acquire(path: string, { signal, onWait }: LockOptions): Promise<string> {
  const token = JSON.stringify({ pid: process.pid, host: hostname(), token: randomUUID() });
  for (let waited = false; ; waited = true) {
    signal?.throwIfAborted();
    if (await create(path, token)) return token;
    const holder = await readFile(path, 'utf8').catch(() => null);
    if (holder === null) continue;
    if (await isStale(path, holder)) {
      await takeAway(path, holder);
      continue;
    }
    if (!waited) onWait?.(nameOf(holder));
    await sleep(200, undefined, { signal });
  }
}

/** The lock file appears with its content, or not at all. */
async function create(path: string, token: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}.tmp`;
  const handle = await open(draft, 'wx');
  try {
    await handle.writeFile(token);
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
}

async function isStale(path: string, holder: string): Promise<boolean> {
  const { pid, host } = parse(holder);
  if (host === hostname() && pid !== undefined && !isAlive(pid)) return true;
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > STALE_MS;
}

/** Removes the stale lock `holder` and puts back any other that got there first. */
async function takeAway(path: string, holder: string): Promise<void> {
  const aside = `${path}.${randomUUID()}.tmp`;
  await rename(path, aside).catch(() => undefined);
  const taken = await readFile(aside, 'utf8').catch(() => holder);
  if (taken !== holder) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function parse(holder: string): { pid?: number; host?: string } {
  try {
    return JSON.parse(holder) as { pid?: number; host?: string };
  } catch {
    return {};
  }
}

function nameOf(holder: string): string {
  const { pid, host } = parse(holder);
  return `process ${pid ?? 'unknown'}${host === hostname() ? '' : ` on ${host}`}`;
}
