import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OutputError, replaceFile, requireOutputFile } from '@fsad/files';
import { methods } from '@fsad/runner';

/** What there is a file to begin with for. */
export const beginnings = ['experiment', 'detector'] as const;
export type Beginning = (typeof beginnings)[number];

/** The files of a beginning, as they are called for one named `mine`. */
const files = {
  experiment: (name: string) => [['experiment', `${name}.ts`]],
  detector: (name: string) => [
    ['detector', `${name}.ts`],
    ['detector-experiment', `${name}-experiment.ts`],
  ],
} as const;

/** The name in the files of `templates`. */
const placeholder = /my-(experiment|detector)/g;

/**
 * Writes a commented file that runs, to be changed: an experiment, or a detector and an experiment that compares it.
 * @returns what was written and how to run it, in lines
 * @throws OutputError for a file that is there already, Error for a name that experiments and methods cannot have
 */
export async function writeBeginning(kind: Beginning, name: string, folder = ''): Promise<string> {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new Error(
      `"${name}" is no name for ${kind === 'detector' ? 'a detector' : 'an experiment'}: small letters, digits and hyphens`,
    );
  }
  if (kind === 'detector' && Object.hasOwn(methods, name)) {
    throw new Error(`there is a method "${name}" already; give yours another name`);
  }
  const begun = files[kind](name).map(([template, file]) => ({ template, path: join(folder, file) }));
  for (const { path } of begun) {
    if (existsSync(path)) throw new OutputError(`${path} is there already; choose another name`);
    await requireOutputFile(path, name);
  }
  for (const { template, path } of begun) {
    const text = await readFile(new URL(`../templates/${template}.ts`, import.meta.url), 'utf8');
    await replaceFile(path, text.replace(placeholder, name));
  }
  const paths = begun.map(({ path }) => path);
  return `${paths.join(' and ')} written; next:\nfsad run ${paths.at(-1)}\n`;
}
