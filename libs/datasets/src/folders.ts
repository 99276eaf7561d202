import { access } from 'node:fs/promises';
import { join } from 'node:path';

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
