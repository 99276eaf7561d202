import type { DetectorMethod } from '@fsad/detector';
import { importOwn } from './import-own.ts';

/** What a file must export to be a method: what `methodFromRecipe` makes. */
const parts = ['create', 'load', 'parseConfig'] as const;

/**
 * The method that a file of people's own exports as `method`.
 * @throws Error naming a file that cannot be read, or exports none
 */
export async function ownMethod(path: string): Promise<DetectorMethod<unknown>> {
  let method: Partial<DetectorMethod<unknown>> | undefined;
  try {
    ({ method } = (await importOwn(path)) as { method?: Partial<DetectorMethod<unknown>> });
  } catch (error) {
    throw new Error(`${path}: cannot be read as a detector: ${(error as Error).message}`, { cause: error });
  }
  if (typeof method?.name !== 'string' || parts.some((part) => typeof method[part] !== 'function')) {
    throw new Error(
      `${path}: no detector; it needs a line "export const method = methodFromRecipe({ ... })", as fsad init detector writes`,
    );
  }
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(method.name)) {
    throw new Error(
      `${path}: a detector's name takes small letters, digits, dots and hyphens, not "${method.name}"`,
    );
  }
  return method as DetectorMethod<unknown>;
}
