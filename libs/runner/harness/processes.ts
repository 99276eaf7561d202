import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** A process of the harness: what it said last, and a promise of its end. */
export interface Running {
  readonly pid: number;
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly said: () => string;
  readonly alive: () => boolean;
}

export interface StartOptions {
  /** Hears each line of its output. */
  readonly onLine?: (line: string) => void;
  /** Head of a process group of its own, which no Ctrl-C at the terminal reaches. */
  readonly group?: boolean;
  /** For V8. */
  readonly flags?: readonly string[];
}

/** Starts a TypeScript file. */
export function start(
  file: string,
  args: readonly string[],
  { onLine = () => undefined, group = false, flags = [] }: StartOptions = {},
): Running {
  const child = spawn(process.execPath, [...flags, '--import', loader, file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: group,
  });
  let said = '';
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() as string;
    lines.forEach(onLine);
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return {
    pid: child.pid as number,
    process: child,
    ended,
    said: () => said,
    alive: () => child.exitCode === null && child.signalCode === null,
  };
}

/** The processes in which a runner's or worker's trials run. Linux only. */
export function trialProcesses(runner: number): number[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8');
      return parent === runner && command.includes('child.ts') ? [Number(entry)] : [];
    } catch {
      return [];
    }
  });
}

/** Ends a process as a power cut would. */
export function killAtOnce(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself a moment ago.
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
