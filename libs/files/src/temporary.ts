import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Tells machines that share a folder apart, without naming them. */
export const hostTag = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** A name nobody else uses, hidden and in the same folder, for what will be renamed to `path`; it names its writer. */
export function temporaryFor(path: string): string {
  const writer = `${hostTag}-${process.pid}-${randomBytes(4).toString('hex')}`;
  return join(dirname(path), `.${basename(path)}.${writer}.tmp`);
}

/**
 * Removes the temporary files and folders in `directory` (not below) whose writer was a process of this machine and is gone, and those of
 * other machines that nobody has touched for ten minutes. Gives their number; an absent folder has none.
 */
export async function sweepTemporaries(directory: string, now = Date.now()): Promise<number> {
  let swept = 0;
  for (const entry of await readdirOrNothing(directory)) {
    if (!entry.startsWith('.') || !entry.endsWith('.tmp')) continue;
    const path = join(directory, entry);
    const [, host, pid] = /\.([0-9a-f]{8})-(\d+)-[0-9a-f]+\.tmp$/.exec(entry) ?? [];
    if (host === hostTag && isRunning(Number(pid))) continue;
    const age = await stat(path).then(
      ({ mtimeMs }) => now - mtimeMs,
      () => 0,
    );
    if (host !== hostTag && age < 600_000) continue;
    await rm(path, { recursive: true, force: true });
    swept++;
  }
  return swept;
}

/** Whether a process of this machine exists. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The names in a folder; none where there is no folder. */
export async function readdirOrNothing(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
