import { mkdirSync } from 'node:fs';

/**
 * Makes a folder, and those above it, where they are missing.
 * @param what names it in an error, e.g. `the store`.
 * @throws Error saying that nothing can be written there, and why
 */
export function makeFolder(path: string, what: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      code === 'EROFS'
        ? 'the disk is read-only'
        : code === 'EACCES' || code === 'EPERM'
          ? 'permission denied'
          : code === 'EEXIST' || code === 'ENOTDIR'
            ? 'a file is in the way'
            : message;
    throw new Error(
      `${path}: ${what} cannot be written there: ${why}; name another place, or make this one writable`,
      { cause },
    );
  }
}
