import { constants, existsSync } from 'node:fs';
import { access, open, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { realPath } from './inside.ts';
import { isMadeHere } from './made-here.ts';
import { temporaryFor } from './temporary.ts';
import { FsadError } from './fsad-error.ts';

/** An output cannot be where it was asked for; nothing was written. */
export class OutputError extends FsadError {
  override readonly name = 'OutputError';
  readonly code = 'FSAD_OUTPUT';
}

/**
 * Makes sure, before the work, that a file can be written: its folder is there and takes files, and it is no folder itself.
 * @param option what the person gave, for the message, e.g. `--csv`
 * @throws OutputError
 */
export async function requireOutputFile(path: string, option: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) throw new OutputError(`${option} ${path}: this is a folder; give a file's name`);
  const folder = dirname(resolve(path));
  if (!existsSync(folder))
    throw new OutputError(`${option} ${path}: there is no folder ${folder}; make it first`);
  await requireTakesFiles(folder, `${option} ${path}`);
}

/**
 * Makes sure, before the work, that files can be written into a folder, or that it can be made. @param option as of {@link requireOutputFile}
 * @throws OutputError
 */
export async function requireOutputFolder(path: string, option: string): Promise<void> {
  let folder = resolve(path);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  if (!(await stat(folder)).isDirectory())
    throw new OutputError(`${option} ${path}: ${folder} is a file; give a folder's name`);
  await requireTakesFiles(folder, `${option} ${path}`);
}

/**
 * Makes sure that none of the files to be written is an input, links resolved, or takes the place of a file that this program did not draw.
 * @param others `replace` for files that cannot say who made them, such as tables
 * @throws OutputError naming the first
 */
export async function requireNoInput(
  outputs: readonly string[],
  inputs: readonly string[],
  option: string,
  others: 'keep' | 'replace' = 'keep',
): Promise<void> {
  const read = new Set(await Promise.all(inputs.map(realPath)));
  for (const output of outputs) {
    if (read.has(await realPath(output)))
      throw new OutputError(
        `${option}: ${output} is one of the pictures that are read; choose another place`,
      );
    if (others === 'keep' && existsSync(output) && !isMadeHere(output))
      throw new OutputError(`${option}: ${output} is there and was not drawn by fsad; choose another place`);
  }
}

/** The names, numbered where two would be one file: on file systems that ignore case and Unicode form, too. @param taken names that are taken already */
export function distinctNames(names: readonly string[], taken: readonly string[] = []): string[] {
  const plain = (name: string): string => name.normalize('NFC').toLowerCase();
  const used = new Set(taken.map(plain));
  // A number never takes the name that another one has by itself.
  const plainNames = new Set(names.map(plain));
  return names.map((name) => {
    let free = name;
    for (let n = 2; used.has(plain(free)) || (free !== name && plainNames.has(plain(free))); n++)
      free = `${name}-${n}`;
    used.add(plain(free));
    return free;
  });
}

async function requireTakesFiles(folder: string, what: string): Promise<void> {
  const trial = temporaryFor(join(folder, 'trial'));
  try {
    await access(folder, constants.W_OK);
    await (await open(trial, 'wx')).close();
  } catch (error) {
    throw new OutputError(`${what}: nothing can be written into ${folder} (${(error as Error).message})`, {
      cause: error,
    });
  } finally {
    await rm(trial, { force: true });
  }
}
