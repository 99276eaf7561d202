import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { didYouMean, moduleBeside } from '@fsad/files';
import { importOwn, ownRegistry, withOwnMethods } from './own-files/index.ts';
import { defineExperiment, type Experiment } from './plan/index.ts';

/** Where experiments are looked for by their bare name. */
const folder = 'experiments';

/** An experiment, and the registry that has the methods it uses. */
export interface LoadedExperiment {
  readonly experiment: Experiment;
  /** Address of a module that exports `registry`: one with the detectors that the experiment names by their files. */
  readonly registry: string;
}

/**
 * Imports an experiment: a path to a file, wherever it lies, or the name of one in `experiments` here or of the project's own.
 * @throws Error when there is no such file, when it cannot be run, and when its default export is no experiment.
 */
export async function loadExperiment(file: string): Promise<LoadedExperiment> {
  const path = findExperiment(file);
  let module: { readonly default?: Experiment };
  try {
    module = await importOwn(path);
  } catch (error) {
    throw new Error(`${file}: cannot be read as an experiment: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (module.default === undefined) {
    throw new Error(`${file}: no experiment; it needs a line "export default defineExperiment({ ... })"`);
  }
  try {
    const { experiment, files } = await withOwnMethods(defineExperiment(module.default), path);
    return { experiment, registry: ownRegistry(files) };
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

function findExperiment(file: string): string {
  const project = fileURLToPath(moduleBeside(`../../../${folder}/${basename(file)}`, import.meta.url));
  const candidates = [resolve(file), resolve(folder, `${file}.ts`), project];
  const path = candidates.find((candidate) => /\.m?[jt]s$/.test(candidate) && existsSync(candidate));
  if (path) return path;
  const known = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.ts')) : [];
  const names = known.map((name) => basename(name, '.ts'));
  throw new Error(
    `there is no experiment ${file}` +
      (known.length > 0
        ? `; ${join(folder, '')} has ${names.join(', ')}${didYouMean(file, names)}`
        : '; give the path of a file, as fsad init experiment NAME writes'),
  );
}
