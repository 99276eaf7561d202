import { dirname, resolve } from 'node:path';
import { moduleBeside } from '@fsad/files';
import { methods } from '../methods.ts';
import type { Experiment } from '../plan/index.ts';
import { ownMethod } from './own-method.ts';

/** An experiment whose methods have names, and the files that some of them are defined in. */
export interface OwnMethods {
  readonly experiment: Experiment;
  /** Absolute paths by name. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Names the methods that an experiment gives as paths from its own file.
 * @throws Error for a file that is no detector, or one with the name of another method
 */
export async function withOwnMethods(experiment: Experiment, file: string): Promise<OwnMethods> {
  const files = new Map<string, string>();
  const names = new Map<string, string>();
  for (const { detector } of experiment.methods.filter(({ detector }) => isPath(detector))) {
    if (names.has(detector)) continue;
    const path = resolve(dirname(file), detector);
    const { name } = await ownMethod(path);
    if (Object.hasOwn(methods, name) || (files.has(name) && files.get(name) !== path)) {
      throw new Error(`${path}: there is another method "${name}"; give this one a name of its own`);
    }
    files.set(name, path);
    names.set(detector, name);
  }
  const nameOf = (detector: string): string => names.get(detector) ?? detector;
  const uses = experiment.methods.map((use) => ({ ...use, detector: nameOf(use.detector) }));
  const budgets = Object.fromEntries(
    Object.entries(experiment.budgets).map(([budget, settings]) => {
      const set = Object.entries(settings.set ?? {}).map(([detector, keys]) => [nameOf(detector), keys]);
      return [budget, { ...settings, set: Object.fromEntries(set) as typeof settings.set }];
    }),
  ) as unknown as Experiment['budgets'];
  return { experiment: { ...experiment, methods: uses, budgets }, files };
}

/** Address of a registry with these methods beside the project's; the project's own without any. */
export function ownRegistry(files: OwnMethods['files']): string {
  if (files.size === 0) return moduleBeside('../default-registry', import.meta.url).href;
  const address = moduleBeside('./own-registry', import.meta.url);
  for (const [name, path] of files) address.searchParams.set(name, path);
  return address.href;
}

/** Names of the methods that only a registry of this address has. */
export function ownMethodsOf(registry: string): string[] {
  return [...new URL(registry).searchParams.keys()];
}

/** Whether a method is given by its file: `./mine.ts`, `mine.ts`, `/home/me/mine.mjs`. */
function isPath(detector: string): boolean {
  return /[\\/]|\.m?[jt]s$/.test(detector);
}
