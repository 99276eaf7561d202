import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { didYouMean } from '@fsad/files';
import { defineExperiment, type Experiment } from './plan/index.ts';

/** Where experiments are looked for by their bare name. */
const folder = 'experiments';

/**
 * Imports an experiment: a path to a TypeScript file, or the name of one in `experiments`.
 * @throws Error when there is no such file, when it cannot be run, and when its default export is no experiment.
 */
export async function loadExperiment(file: string): Promise<Experiment> {
  const path = findExperiment(file);
  let module: { readonly default?: Experiment };
  try {
    module = (await import(pathToFileURL(path).href)) as typeof module;
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ERR_REQUIRE_CYCLE_MODULE'
        ? 'its folder is not one of ES modules; name it .mts, or say "type": "module" in a package.json beside it'
        : (error as Error).message;
    throw new Error(`${file}: cannot be read as an experiment: ${why}`, { cause: error });
  }
  if (module.default === undefined) {
    throw new Error(`${file}: no experiment; it needs a line "export default defineExperiment({ ... })"`);
  }
  try {
    return defineExperiment(module.default);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

function findExperiment(file: string): string {
  const candidates = [resolve(file), resolve(folder, `${file}.ts`)];
  const path = candidates.find((candidate) => /\.m?ts$/.test(candidate) && existsSync(candidate));
  if (path) return path;
  const known = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.ts')) : [];
  const names = known.map((name) => basename(name, '.ts'));
  throw new Error(
    `there is no experiment ${file}` +
      (known.length > 0
        ? `; ${join(folder, '')} has ${names.join(', ')}${didYouMean(file, names)}`
        : '; give the path of a .ts file'),
  );
}
