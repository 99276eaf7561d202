import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DiskFullError, isDiskFull } from './disk-full.ts';
import { temporaryFor } from './temporary.ts';

/**
 * Puts a whole file in place of `path`, or leaves the old one: temporary name in the same folder, fsync, rename, fsync of the folder.
 *
 * @param content the bytes, or a function that fills the temporary file it is given.
 * @throws DiskFullError with the path and size; else the file system's error, or what `content` throws. The earlier file is untouched and the
 * temporary one gone then.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array | ((temporary: string) => Promise<void>),
): Promise<void> {
  const temporary = temporaryFor(path);
  try {
    if (typeof content === 'function') {
      await content(temporary);
      await flush(temporary, 'r+');
    } else await writeFile(temporary, content, { flag: 'wx', flush: true });
    await rename(temporary, path);
    await flushFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    if (!isDiskFull(error)) throw error;
    throw new DiskFullError(path, typeof content === 'function' ? null : Buffer.byteLength(content), error);
  }
}

/** The same in one breath, for code that must not be interrupted by other work. */
export function replaceFileSync(path: string, content: string | Uint8Array): void {
  const temporary = temporaryFor(path);
  try {
    writeFileSync(temporary, content, { flag: 'wx', flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    if (!isDiskFull(error)) throw error;
    throw new DiskFullError(path, Buffer.byteLength(content), error);
  }
  flushFolderSync(dirname(path));
}

/** Makes names in a folder survive a power cut; Windows has no such call and needs none. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform !== 'win32') await flush(folder, 'r');
}

/** {@link flushFolder} in one breath. */
export function flushFolderSync(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

async function flush(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
