import { canonicalJson, sha256Hex } from '@fsad/files';
import type { Cell, TrialInputs } from './result.ts';

/** The trial key: SHA-256 of the canonical JSON of everything that decides the trial's numbers. */
export function trialKey(inputs: TrialInputs): string {
  return sha256Hex(`fsad-trial-v1\0${canonicalJson(inputs)}`);
}

const cellFields = [
  'experiment',
  'dataset',
  'class',
  'shots',
  'trial',
  'detector',
  'variant',
  'budget',
] as const satisfies readonly (keyof Cell)[];

/** A cell as one readable line, unique to it: `ablation-table-1/cifar10/airplane/1/0/htdg/full/smoke`. */
export function cellId(cell: Cell): string {
  return cellFields.map((field) => encodeURIComponent(cell[field])).join('/');
}

/**
 * Where two values differ, one line each: `configuration.settings.iterations: 500 is now 1000`. For telling the user why a cell's
 * key changed.
 */
export function differences(before: unknown, now: unknown, path = ''): string[] {
  if (isObject(before) && isObject(now)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
    return names.flatMap((name) => differences(before[name], now[name], path ? `${path}.${name}` : name));
  }
  if (show(before) === show(now)) return [];
  return [`${path || 'value'}: ${show(before)} is now ${show(now)}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return value === undefined ? 'absent' : canonicalJson(value);
}
