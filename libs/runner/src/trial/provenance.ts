import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { fromSource } from '@fsad/files';
import type { ResolvedEngine } from '../registry.ts';
import type { Provenance } from '../store/index.ts';
import type { Measured, TrialTask } from './task.ts';

/**
 * What program this is: the commit of the working tree it runs from, `+` appended when that has changes; `fsad@1.2.3` for the package that people install, wherever it
 * lies; null for source outside a repository.
 */
export async function programVersion(): Promise<string | null> {
  if (!fromSource) {
    const manifest = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8');
    const { name, version } = JSON.parse(manifest) as { name: string; version: string };
    return `${name}@${version}`;
  }
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

/** Forgets the peak of memory use, where the system can: a process may do several trials. */
export function resetPeakMemory(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Elsewhere the peak is that of the process.
  }
}

/** The most memory this process held since the peak was last reset, in bytes. */
export function peakMemoryBytes(): number {
  try {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (peak) return Number(peak) * 1024;
  } catch {
    // The next line holds everywhere.
  }
  return process.resourceUsage().maxRSS * 1024;
}

/** Describes where and how a trial ran. */
export function provenanceOf(
  task: TrialTask,
  engine: ResolvedEngine,
  threads: number,
  measured: Measured,
): Provenance {
  return {
    gitCommit: task.origin.gitCommit,
    command: task.origin.command,
    node: process.version,
    engine: { name: engine.name, instructionSet: engine.instructionSet, threads },
    machine: {
      platform: `${process.platform}-${process.arch}`,
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: memoryBytes(),
    },
    ...measured,
  };
}
