import { DATASET_NAMES, type DatasetName } from '@fsad/datasets';
import type { Share } from './sort-trials.ts';

/** `PATH`, the folder of the only dataset, or `mnist=PATH`. */
export function dataFolders(texts: readonly string[]): ReadonlyMap<DatasetName | '', string> {
  const folders = new Map<DatasetName | '', string>();
  for (const text of texts) {
    const named = DATASET_NAMES.find((name) => text.startsWith(`${name}=`));
    const name = named ?? '';
    if (folders.has(name)) throw new Error(`--data was given twice for ${named ?? 'the only dataset'}`);
    folders.set(name, named ? text.slice(named.length + 1) : text);
  }
  return folders;
}

/** `2/8`: the second of eight shares. @throws Error for anything else */
export function shareOf(text: string): Share {
  const [, part, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (!(part >= 1 && part <= of)) throw new Error(`--share takes i/n with i from 1 to n, got ${text}`);
  return { part: part - 1, of };
}
