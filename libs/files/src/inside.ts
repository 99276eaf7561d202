import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { FsadError } from './fsad-error.ts';

/** A path made from data would leave the folder it belongs to, or is not what a file there may be. */
export class UnsafePathError extends FsadError {
  override readonly name = 'UnsafePathError';
  readonly code = 'FSAD_UNSAFE_PATH';
}

/**
 * The path of `parts` below `folder`, for parts that come from a file, a queue, an archive or a server. Links on disk are not looked at:
 * see {@link readInside}.
 * @throws UnsafePathError for a part that is empty, absolute, has `..`, a backslash, a drive or a zero byte, or names the folder itself.
 */
export function pathInside(folder: string, ...parts: readonly string[]): string {
  const names = parts.flatMap((part) => (part === '' ? [''] : part.split('/')));
  const bad = names.some(
    (name) => name === '' || name === '.' || name === '..' || /[\\\0]/.test(name) || /^[a-z]:/i.test(name),
  );
  if (bad || parts.length === 0 || parts.some((part) => isAbsolute(part)))
    throw new UnsafePathError(
      `${JSON.stringify(parts.join('/'))} is not a path below ${folder}; it is not used`,
    );
  return join(folder, ...names);
}

/** Whether `path` is `folder` or lies in it, links resolved for what exists of both. */
export async function liesIn(path: string, folder: string): Promise<boolean> {
  const way = relative(await realPath(folder), await realPath(path));
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** Absolute, links resolved as far as the path exists. */
export async function realPath(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    const parent = resolve(absolute, '..');
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === absolute) throw error;
    return join(await realPath(parent), relative(parent, absolute));
  }
}

/**
 * Reads a file that data names: it must lie in `folder` with links resolved, be a regular file, and have at most `mostBytes`.
 * @throws UnsafePathError otherwise; the file system's error when it is absent.
 */
export async function readInside(folder: string, path: string, mostBytes: number): Promise<Buffer> {
  const file = pathInside(folder, path);
  const found = await stat(file);
  if (!found.isFile()) throw new UnsafePathError(`${file} is not a regular file; it is not read`);
  if (!(await liesIn(file, folder)))
    throw new UnsafePathError(`${file} is a link out of ${folder}; it is not read`);
  if (found.size > mostBytes) {
    throw new UnsafePathError(
      `${file} has ${found.size} bytes, at most ${mostBytes} are expected; it is not read`,
    );
  }
  return readFile(file);
}
