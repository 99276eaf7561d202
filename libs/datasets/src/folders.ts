import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from './errors.ts';
import { count } from './words.ts';

/** The first of `folders` that holds any of `files`; null where none does. */
export async function firstFolderWith(
  folders: readonly string[],
  files: readonly string[],
): Promise<string | null> {
  for (const folder of folders) {
    for (const file of files) {
      const there = await access(join(folder, file)).then(
        () => true,
        () => false,
      );
      if (there) return folder;
    }
  }
  return null;
}

/**
 * Size of a dataset's file in bytes, before it is read; null where there is none.
 * @throws DatasetError for a folder or a device of that name, and for more than `mostBytes`, which cannot be the dataset.
 */
export async function sizeOfFile(path: string, mostBytes: number): Promise<number | null> {
  let found;
  try {
    found = await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new DatasetError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  if (found.isDirectory())
    throw new DatasetError(`${path} is a folder; a file of the dataset is expected there`);
  if (!found.isFile())
    throw new DatasetError(`${path} is no regular file; a file of the dataset is expected there`);
  if (found.size > mostBytes) {
    throw new DatasetError(
      `${path} has ${count(found.size)} bytes, at most ${count(mostBytes)} can be the dataset; fetch it again`,
    );
  }
  return found.size;
}
