import { createReadStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { readdirOrNothing, replaceFile } from '@fsad/files';
import { cellId } from './key.ts';
import { resultSchema, summaries, type Cell, type TrialResult, type TrialSummary } from './result.ts';

export const indexName = 'index.jsonl';
const keyFile = /^([0-9a-f]{64})\.json$/;

export function resultPath(directory: string, key: string): string {
  return join(directory, key.slice(0, 2), `${key}.json`);
}

/** Folder of a result's side files: scores, curves, pictures. */
export function sidePath(directory: string, key: string): string {
  return join(directory, key.slice(0, 2), key);
}

/** Where a trial that is not finished keeps what it has. */
export function workFolder(store: string, key: string): string {
  return join(store, 'work', key);
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
 * @throws Error when the file is damaged or was written by a newer program.
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
  let result: Partial<TrialResult> | null;
  try {
    result = JSON.parse(text) as Partial<TrialResult> | null;
  } catch (error) {
    throw new Error(`${path}: damaged, not valid JSON; delete it, and the next run makes it again`, {
      cause: error,
    });
  }
  if (result?.schema !== resultSchema || result.key !== key || !Array.isArray(result.cells)) {
    throw new Error(
      `${path}: not a trial result of schema ${resultSchema}; it may come from another version`,
    );
  }
  return result as TrialResult;
}

/**
 * Writes a result whole, its cells joined with those that the store has for the key already.
 * @throws DiskFullError; what was stored before is still there then.
 */
export async function writeResult(directory: string, result: TrialResult): Promise<TrialResult> {
  const path = resultPath(directory, result.key);
  await mkdir(dirname(path), { recursive: true });
  const known = await readResult(directory, result.key).catch(() => null);
  const merged = { ...result, cells: union(known?.cells ?? [], result.cells) };
  await replaceFile(path, `${JSON.stringify(merged, null, 2)}\n`);
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
      const summary = parseLine(line);
      if (summary) yield summary;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function parseLine(line: string): TrialSummary | null {
  try {
    const summary = JSON.parse(line) as TrialSummary | null;
    return summary?.key && summary.cell ? summary : null;
  } catch {
    return null;
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
