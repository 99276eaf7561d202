import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The path of `name` in a folder. */
export const joinPath = (folder: string, name: string): string => join(folder, name);

/** The bytes of a file; null where there is none. @throws the file system's error for one that cannot be read. */
export async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Removes a file, where there is one. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}
