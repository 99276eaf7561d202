import { createHash, randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Tells machines that share a folder apart, without naming them. */
export const hostTag = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** The disk is full. What was there before is still whole. */
export class DiskFullError extends Error {
  override readonly name = 'DiskFullError';
  readonly path: string;
  constructor(path: string, bytes: number | null, cause: unknown) {
    const size = bytes === null ? '' : ` (${bytes} bytes)`;
    super(
      `no room left on the disk for ${path}${size}; everything finished so far is kept: make room and run the same command again`,
      { cause },
    );
    this.path = path;
  }
}

/** Whether an error, or what it comes from, is a full disk or quota. */
export function isDiskFull(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT' || at instanceof DiskFullError) return true;
  }
  return false;
}

/**
 * Writes a file so that a crash leaves either the old content or the new: temporary name in the same folder, fsync, rename, fsync of the folder.
 * @throws DiskFullError with the path and size; the temporary file is gone then.
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const writer = `${hostTag}-${process.pid}-${randomBytes(4).toString('hex')}`;
  const temporary = join(dirname(path), `.${basename(path)}.${writer}.tmp`);
  try {
    await writeFile(temporary, content, { flag: 'wx', flush: true });
    await rename(temporary, path);
    await flushFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    if (isDiskFull(error)) throw new DiskFullError(path, Buffer.byteLength(content), error);
    throw error;
  }
}

/** Makes a rename in this folder survive a power cut. */
export async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Removes the temporary files in `directory` (not below) whose writer was a process of this machine and is gone, and those of other machines that
 * nobody has touched for ten minutes.
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
