import type { Argv } from 'yargs';
import type { RunOptions } from '@fsad/runner';

/** Options of every command that runs trials, besides `--threads`. */
export function withWorkers<T>(argv: Argv<T>) {
  return argv
    .option('workers', { type: 'number', describe: 'Trials side by side; as many as fit unless given' })
    .option('memory', { type: 'number', describe: 'Gigabytes a trial may use before it is ended' });
}

/** How much of this machine trials may take. */
export function machineOptions(argv: {
  readonly workers?: number;
  readonly threads?: number;
  readonly memory?: number;
}): Pick<RunOptions, 'workers' | 'threads' | 'memoryLimitBytes'> {
  const { memory, threads, workers } = argv;
  return { workers, threads, memoryLimitBytes: memory === undefined ? undefined : memory * 2 ** 30 };
}
