import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DiskFullError, isDiskFull } from './disk-full.ts';
import { flushFolder } from './replace-file.ts';
import { temporaryFor } from './temporary.ts';

/**
 * Writes `files` into `directory` so that a crash or a full disk leaves either what was there before or all of it:
 * everything is written and flushed beside the folder first, then renamed into place. Other files in the folder stay.
 * Over an earlier folder the renames go one by one, in the order of `files`: put the file that vouches for the others last.
 * @throws DiskFullError or the file system's error; nothing in `directory` has changed then.
 */
export async function writeFolderAtomically(
  directory: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const target = resolve(directory);
  const parent = dirname(target);
  const staging = temporaryFor(target);
  await mkdir(parent, { recursive: true });
  await mkdir(staging);
  try {
    for (const [name, content] of files) await writeFile(join(staging, name), content, { flush: true });
    await flushFolder(staging);
    if (!(await renamedWhole(staging, target))) {
      for (const name of files.keys()) await rename(join(staging, name), join(target, name));
      await flushFolder(target);
    }
    await flushFolder(parent);
  } catch (error) {
    throw isDiskFull(error) ? new DiskFullError(directory, null, error) : error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Renames the whole staging folder where the target is absent or empty; says whether it could. */
async function renamedWhole(staging: string, target: string): Promise<boolean> {
  try {
    await rename(staging, target);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // EPERM: Windows, where a folder cannot take another's place.
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'EPERM') return false;
    throw error;
  }
}
