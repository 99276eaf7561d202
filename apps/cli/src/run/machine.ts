import type { Argv } from 'yargs';
import type { RunOptions } from '@fsad/runner';
import { threadsOf } from '../options.ts';

/** Options of every command that runs trials, besides `--threads`. */
export function withWorkers<T>(argv: Argv<T>) {
  return argv
    .option('workers', { type: 'number', describe: 'Trials side by side; as many as fit unless given' })
    .option('memory', { type: 'number', describe: 'Gigabytes a trial may use before it is ended' });
}

/** How much of this machine trials may take. @throws Error naming the option that is wrong */
export function machineOptions(argv: {
  readonly workers?: number;
  readonly threads?: number;
  readonly memory?: number;
}): Pick<RunOptions, 'workers' | 'threads' | 'memoryLimitBytes'> {
  const { memory, threads } = argv;
  if (memory !== undefined && !(memory > 0)) {
    throw new Error(`--memory takes gigabytes of memory a trial may use, got ${memory}`);
  }
  return {
    workers: countOf('workers', argv.workers),
    threads: threads === undefined ? undefined : threadsOf(threads),
    memoryLimitBytes: memory === undefined ? undefined : memory * 2 ** 30,
  };
}

/** A count from the command line, unless left out. @throws Error naming the option */
export function countOf(
  option: string,
  value: number | undefined,
  takes = 'a whole number from 1',
): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= 1)) return value;
  throw new Error(`--${option} takes ${takes}, got ${value}`);
}
