import { execFile } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { Provenance } from './result.ts';
import type { Measured, TrialTask } from './task.ts';

/** The commit of the working tree this program runs from, `+` appended when it has changes; null outside a repository. */
export async function gitCommit(): Promise<string | null> {
  const git = promisify(execFile);
  const options = { cwd: import.meta.dirname };
  try {
    const { stdout: commit } = await git('git', ['rev-parse', 'HEAD'], options);
    const { stdout: changes } = await git('git', ['status', '--porcelain', '--untracked-files=no'], options);
    return `${commit.trim()}${changes.trim() ? '+' : ''}`;
  } catch {
    return null;
  }
}

/** Memory this process may use, in bytes: the machine's, or the container's where that is less. */
export function memoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

/** Describes where and how a trial ran. */
export function provenanceOf(task: TrialTask, threads: number, measured: Measured): Provenance {
  return {
    gitCommit: task.origin.gitCommit,
    command: task.origin.command,
    node: process.version,
    engine: { name: task.engine.name, instructionSet: task.engine.instructionSet, threads },
    machine: {
      platform: `${process.platform}-${process.arch}`,
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: memoryBytes(),
    },
    ...measured,
  };
}
