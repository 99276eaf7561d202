import { createReadStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { InvalidFileError, readdirOrNothing, replaceFile } from '@fsad/files';
import { trialFolder } from '@fsad/tracking/journal';
import { cellId } from './key.ts';
import { summaries, type Cell, type TrialResult, type TrialSummary } from './result.ts';
import { decodeLine, decodeResult, encodeResult } from './result-text.ts';

export const indexName = 'index.jsonl';
const keyFile = /^([0-9a-f]{64})\.json$/;

export function resultPath(directory: string, key: string): string {
  return `${sidePath(directory, key)}.json`;
}

/** Folder of a result's side files: scores, curves, pictures. @throws RangeError for what is no key */
export const sidePath = trialFolder;

/** Where a trial that is not finished keeps what it has. @throws RangeError for what is no key */
export function workFolder(store: string, key: string): string {
  return join(store, 'work', basename(trialFolder(store, key)));
}

/** The keys of all results a store holds, from the names of its files. */
export async function keysOnDisk(directory: string): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const folder of await readdirOrNothing(directory)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const file of await readdirOrNothing(join(directory, folder))) {
      const key = keyFile.exec(file)?.[1];
      if (key?.startsWith(folder)) keys.add(key);
    }
  }
  return keys;
}

/**
 * Reads a result; null where there is none.
 * @throws InvalidFileError when the file is damaged, was changed, is another trial's, or was written by another version.
 */
export async function readResult(directory: string, key: string): Promise<TrialResult | null> {
  const path = resultPath(directory, key);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return decodeResult(text, path, key);
}

/** The same, but null also for a file that is no result of the trial: it is to be made again. */
export async function readableResult(directory: string, key: string): Promise<TrialResult | null> {
  try {
    return await readResult(directory, key);
  } catch (error) {
    if (error instanceof InvalidFileError) return null;
    throw error;
  }
}

/**
 * Writes a result whole, its cells joined with those that the store has for the key already.
 * @throws DiskFullError; what was stored before is still there then.
 */
export async function writeResult(directory: string, result: TrialResult): Promise<TrialResult> {
  const path = resultPath(directory, result.key);
  await mkdir(dirname(path), { recursive: true });
  const known = await readableResult(directory, result.key);
  const merged = { ...result, cells: union(known?.cells ?? [], result.cells) };
  await replaceFile(path, encodeResult(merged));
  return merged;
}

function union(some: readonly Cell[], more: readonly Cell[]): Cell[] {
  const byId = new Map([...some, ...more].map((cell) => [cellId(cell), cell]));
  return [...byId.values()].sort((a, b) => (cellId(a) < cellId(b) ? -1 : 1));
}

/** The lines of the index as they stand, oldest first; a torn or damaged line is left out. */
export async function* indexLines(directory: string): AsyncGenerator<TrialSummary> {
  const lines = createInterface({ input: createReadStream(join(directory, indexName)), crlfDelay: Infinity });
  try {
    for await (const line of lines) {
      const summary = decodeLine(line);
      if (summary) yield summary;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/**
 * One line a cell of everything a store holds, without changing the store: the index where it is right, the results themselves where it is
 * behind. Holds the names of cells in memory, not their contents.
 */
export async function* readSummaries(directory: string): AsyncGenerator<TrialSummary> {
  const onDisk = await keysOnDisk(directory);
  const unindexed = new Set(onDisk);
  const lastLine = new Map<string, number>();
  let line = 0;
  for await (const { key, cell, status } of indexLines(directory)) {
    if (onDisk.has(key)) lastLine.set(cellId(cell), line);
    // A failed trial may have been done again just before the index heard of it.
    if (status === 'ok') unindexed.delete(key);
    line++;
  }
  const newer: TrialSummary[] = [];
  for (const key of unindexed) {
    const result = await readResult(directory, key);
    if (result) newer.push(...summaries(result));
  }
  const replaced = new Set(newer.map(({ cell }) => cellId(cell)));
  line = 0;
  for await (const summary of indexLines(directory)) {
    const id = cellId(summary.cell);
    if (lastLine.get(id) === line++ && !replaced.has(id)) yield summary;
  }
  yield* newer;
}
