import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fromSource, moduleBeside } from '@fsad/files';
import { stepOf, type FromChild, type Leaving, type Telling, type ToChild } from './child-messages.ts';
import type { Ending, TrialProgress } from '../trial/index.ts';

/** How a child process left its work. */
export type ChildOutcome =
  | Exclude<Leaving, { type: 'ended' }>
  | {
      readonly type: 'ended';
      readonly ending: Ending;
      /** The last step heard of. */
      readonly step: string | null;
      readonly peakMemoryBytes: number;
      /** The process died before it could say anything: nobody has told the journal. */
      readonly silent: boolean;
    };

export interface ChildOptions {
  /** Aborting asks the child to stop; it is killed when it does not within `patienceMs`, at once on `kill`. */
  readonly stop: AbortSignal;
  readonly kill: AbortSignal;
  readonly patienceMs: number;
  /** A child that outgrows this is ended. */
  readonly memoryLimitBytes: number;
  readonly onProgress?: (progress: TrialProgress) => void;
  readonly onNote?: (text: string) => void;
}

/** What Node needs to run the child's module. */
const loader = fromSource
  ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
  : [];
const childFile = fileURLToPath(moduleBeside('./child', import.meta.url));

/**
 * Training leaves a hundred megabytes a second of young arrays behind. In the small heap of a trial's process V8 takes them for a reason to collect the old space as
 * well, up to seven times a second, which costs a seventh of the time; with this much room, in megabytes, it does not.
 */
export const oldSpaceRoom = '--initial-old-space-size=128';

/** A process is given another trial until it has done this many, or holds this much memory when it is done. */
const trialsPerProcess = 50;
const keepBelowBytes = 2 ** 29;

/** A place where trials run one after the other, in a process of their own that is replaced whenever a trial does not end well. */
export class TrialProcess {
  #child: ChildProcess | null = null;
  #said: () => string = () => '';
  #trials = 0;

  /** Does one piece of work and says how it ended, even when the process dies of it. */
  async run(work: Exclude<ToChild, { type: 'stop' }>, options: ChildOptions): Promise<ChildOutcome> {
    const oomKillsBefore = oomKills();
    const child = this.#running();
    const said = this.#said;
    let step: string | null = null;
    let peakMemoryBytes = 0;
    let outgrown = false;
    const noteMemory = (bytes: number): void => {
      peakMemoryBytes = Math.max(peakMemoryBytes, bytes);
      if (bytes <= options.memoryLimitBytes) return;
      outgrown = true;
      child.kill('SIGKILL');
    };
    const left = leaving(child, (message) => {
      if (message.type === 'progress') {
        step = stepOf(message.progress);
        options.onProgress?.(message.progress);
      } else if (message.type === 'note') options.onNote?.(message.text);
      else noteMemory(message.bytes);
    });
    const watch = setInterval(() => noteMemory(residentBytes(child) ?? 0), 500);
    const patience = stopWith(child, options);
    child.send(work, () => undefined);
    const { message, code, signal } = await left;
    clearInterval(watch);
    patience.clear();

    const fit = message?.type === 'done' || message?.type === 'calibrated';
    if (!fit || ++this.#trials >= trialsPerProcess || (message.bytes ?? 0) > keepBelowBytes)
      await this.close();
    if (message && message.type !== 'ended') return message;
    if (!message && (options.kill.aborted || options.stop.aborted)) return { type: 'interrupted' };
    const oomKiller = oomKills() > oomKillsBefore;
    if (message) return { ...message, peakMemoryBytes, silent: false };
    const ending = deathOf(code, signal, said(), outgrown, oomKiller, options);
    return { type: 'ended', ending, step, peakMemoryBytes, silent: true };
  }

  /** Ends the process. */
  async close(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /** The process, started when there is none. */
  #running(): ChildProcess {
    const usable = this.#child?.connected && this.#child.exitCode === null && this.#child.signalCode === null;
    if (this.#child && usable) return this.#child;
    const child = spawn(process.execPath, [oldSpaceRoom, ...loader, childFile], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#trials = 0;
    this.#said = tailOf(child);
    this.#child = child;
    return child;
  }
}

interface Left {
  /** Its last word; null when it died without. */
  readonly message: Leaving | null;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Waits for a child's last word on its work, or its death. */
function leaving(child: ChildProcess, onTelling: (message: Telling) => void): Promise<Left> {
  return new Promise((resolve) => {
    const end = (left: Left): void => {
      child.off('message', hear);
      child.off('close', die);
      child.off('error', fail);
      resolve(left);
    };
    const hear = (message: FromChild): void => {
      if (message.type === 'progress' || message.type === 'note' || message.type === 'memory')
        onTelling(message);
      else end({ message, code: null, signal: null });
    };
    const die = (code: number | null, signal: NodeJS.Signals | null): void =>
      end({ message: null, code, signal });
    const fail = (): void => end({ message: null, code: 1, signal: null });
    child.on('message', hear);
    child.on('close', die);
    child.on('error', fail);
  });
}

/** Passes a stop on to the child; kills it when it does not obey. */
function stopWith(child: ChildProcess, { stop, kill, patienceMs }: ChildOptions): { clear(): void } {
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => void child.kill('SIGKILL');
  const ask = (): void => {
    child.send({ type: 'stop' } satisfies ToChild, () => undefined);
    timer = setTimeout(end, patienceMs);
  };
  if (kill.aborted) end();
  else if (stop.aborted) ask();
  stop.addEventListener('abort', ask);
  kill.addEventListener('abort', end);
  return {
    clear() {
      clearTimeout(timer);
      stop.removeEventListener('abort', ask);
      kill.removeEventListener('abort', end);
    },
  };
}

/** Keeps the last lines a child writes; what libraries print is only of interest when it dies. */
function tailOf(child: ChildProcess): () => string {
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-4000)));
  }
  return () => tail;
}

const crashes: readonly (NodeJS.Signals | null)[] = ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT'];

/** What a process that died without a word died of. */
function deathOf(
  code: number | null,
  signal: NodeJS.Signals | null,
  said: string,
  outgrown: boolean,
  oomKiller: boolean,
  { memoryLimitBytes }: ChildOptions,
): Ending {
  const gigabytes = (memoryLimitBytes / 2 ** 30).toFixed(1);
  const outOfMemory = (message: string): Ending => ({
    status: 'out-of-memory',
    message,
    outside: true,
    diskFull: false,
  });
  if (outgrown) {
    return outOfMemory(
      `the process outgrew its ${gigabytes} GB; fewer --workers leave more for each, or raise --memory`,
    );
  }
  if (/heap out of memory|bad_alloc|Cannot allocate memory/i.test(said)) {
    return outOfMemory('the process ran out of memory; fewer --workers leave more for each');
  }
  if (signal === 'SIGKILL' && oomKiller) {
    return outOfMemory(
      'the system ended the process for want of memory; fewer --workers leave more for each',
    );
  }
  const tail = said.trim().split('\n').slice(-3).join(' | ');
  const last = tail ? `; its last words: ${tail}` : '';
  if (signal === null || crashes.includes(signal)) {
    const how = signal === null ? `ended with code ${code}` : `crashed (${signal})`;
    return { status: 'failed', message: `the process ${how}${last}`, outside: false, diskFull: false };
  }
  return { status: 'killed', message: `the process was ended by ${signal}`, outside: true, diskFull: false };
}

/** Processes the kernel has ended for want of memory since boot; 0 where it does not say. */
function oomKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Resident memory of a child, also while it is too busy to tell; null where the system has no such file. */
function residentBytes({ pid }: ChildProcess): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
