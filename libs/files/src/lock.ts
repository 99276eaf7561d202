import { randomUUID } from 'node:crypto';
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { FsadError } from './fsad-error.ts';

/** Who holds a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, in the kernel's own unit, so that a reused process id is not taken for the holder; empty where unknown. */
  readonly processStart: string;
  /** Unique to this acquisition. */
  readonly token: string;
  /** What the holder does, in words. */
  readonly purpose: string;
}

/** Another living process holds the lock. */
export class LockedError extends FsadError {
  override readonly name = 'LockedError';
  readonly code = 'FSAD_LOCKED';
  readonly holder: LockHolder;

  constructor(path: string, holder: LockHolder) {
    super(
      `${holder.purpose} by ${holderName(holder)} is under way (${basename(path)}); wait for it, or end that process`,
    );
    this.holder = holder;
  }
}

/** `process 71 on this machine`. */
export function holderName({ pid, host }: LockHolder): string {
  return `process ${pid} ${host === hostname() ? 'on this machine' : `on ${host}`}`;
}

export interface Lock {
  /** Shows that the holder lives, to machines that cannot see the process. @throws Error when another process took the lock over. */
  refresh(): void;
  release(): void;
}

/** A lock of another machine not refreshed for so long belongs to nobody. */
export const foreignLockAgeMs = 60_000;

/**
 * Takes the lock file `path`. One left by a dead process is taken over: at once if the process was on this machine,
 * after a minute without {@link Lock.refresh} if it was on another one. Minutes are those of the disk that holds the file: machines whose clocks differ agree.
 * @throws LockedError when a living process holds it
 */
export function acquireLock(path: string, purpose: string): Lock {
  const mine: LockHolder = {
    pid: process.pid,
    host: hostname(),
    processStart: processStart(process.pid),
    token: randomUUID(),
    purpose,
  };
  for (let attempt = 0; ; attempt++) {
    const now = create(path, mine);
    if (now === null) return heldLock(path, mine);
    const holder = readHolder(path);
    if (holder === 'gone') continue;
    if (!isStale(path, holder, now) || attempt === 20) throw new LockedError(path, holder ?? nobody);
    takeAway(path, now);
  }
}

export interface WaitingLock {
  /** What is done while it is held, in words: `Fetching of mnist`. */
  readonly purpose: string;
  readonly signal?: AbortSignal;
  /** False: throw LockedError at once where another process holds it. Default true. */
  readonly wait?: boolean;
  /** Called once when another process holds the lock. */
  readonly onWait?: (holder: LockHolder) => void;
}

const refreshEveryMs = 5_000;

/**
 * Runs `work` while holding the lock file `path`, after waiting for any other process that holds it. `work` gets a
 * signal that aborts when the caller's does, or when the lock was lost to another process after a long standstill.
 * @throws the signal's reason while waiting, LockedError where it is not to wait, and what `work` throws
 */
export async function withLock<T>(
  path: string,
  options: WaitingLock,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lock = await waitForLock(path, options);
  const lost = new AbortController();
  const timer = setInterval(() => {
    try {
      lock.refresh();
    } catch (error) {
      lost.abort(error);
    }
  }, refreshEveryMs);
  try {
    return await work(options.signal ? AbortSignal.any([options.signal, lost.signal]) : lost.signal);
  } finally {
    clearInterval(timer);
    lock.release();
  }
}

async function waitForLock(
  path: string,
  { purpose, signal, wait = true, onWait }: WaitingLock,
): Promise<Lock> {
  for (let waited = false; ; waited = true) {
    signal?.throwIfAborted();
    try {
      return acquireLock(path, purpose);
    } catch (error) {
      if (!(error instanceof LockedError) || !wait) throw error;
      if (!waited) onWait?.(error.holder);
      await sleep(200, undefined, { signal });
    }
  }
}

const nobody: LockHolder = {
  pid: 0,
  host: 'an unknown machine',
  processStart: '',
  token: '',
  purpose: 'Work',
};

/** Creates the lock file with its content in one step. @returns null, or where there is one already, what time it is for the disk: milliseconds as of `mtimeMs`. */
function create(path: string, holder: LockHolder): number | null {
  const draft = `${path}.${holder.token}.tmp`;
  writeFileSync(draft, JSON.stringify(holder));
  try {
    linkSync(draft, path);
    return null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return statSync(draft).mtimeMs;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

const holderSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  processStart: z.string().default(''),
  token: z.string().default(''),
  purpose: z.string().default('Work'),
});

/** The holder, null for a file that cannot be understood. */
function readHolder(path: string): LockHolder | null | 'gone' {
  try {
    return holderSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data ?? null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : null;
  }
}

function isStale(path: string, holder: LockHolder | null, now: number): boolean {
  if (holder?.host === hostname()) return !isAlive(holder);
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return modified === undefined || now - modified > foreignLockAgeMs;
}

function isAlive({ pid, processStart: started }: LockHolder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = processStart(pid);
  return now === '' || started === '' || now === started;
}

/** Field 22 of `/proc/<pid>/stat`; empty where there is no such file. */
function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return '';
  }
}

/** Removes a stale lock. A folder guards the moment, so that nobody removes the lock of one who was faster. */
function takeAway(path: string, now: number): void {
  const guard = `${path}.takeover`;
  try {
    mkdirSync(guard);
  } catch {
    const modified = statSync(guard, { throwIfNoEntry: false })?.mtimeMs;
    if (modified !== undefined && now - modified > 10_000) rmSync(guard, { recursive: true, force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    return;
  }
  try {
    const holder = readHolder(path);
    if (holder !== 'gone' && isStale(path, holder, now)) rmSync(path, { force: true });
  } finally {
    rmdirSync(guard);
  }
}

function heldLock(path: string, mine: LockHolder): Lock {
  const isMine = (): boolean => {
    const holder = readHolder(path);
    return holder !== null && holder !== 'gone' && holder.token === mine.token;
  };
  return {
    refresh() {
      if (!isMine()) throw new Error(`the lock ${path} was taken over by another process; stopping here`);
      // Written in place, so that the disk says when; the bytes stay the same.
      const file = openSync(path, 'r+');
      try {
        writeSync(file, JSON.stringify(mine), 0);
      } finally {
        closeSync(file);
      }
    },
    release() {
      if (isMine()) rmSync(path, { force: true });
    },
  };
}
