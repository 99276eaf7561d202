import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { journalPath, scanJournal, type JournalEvent } from '@fsad/tracking';
import { readResult, readSummaries, sidePath, type TrialResult } from '../src/index.ts';

/**
 * Where two stores of the same sweep differ, one line each; nothing when they hold the same trials with the same bytes, times and provenance aside,
 * and no trial was told twice.
 */
export async function differencesOf(expected: string, store: string): Promise<string[]> {
  const one = await openStored(expected);
  const other = await openStored(store);
  const found = [...one.twice, ...other.twice];
  for (const key of one.keys.keys()) if (!other.keys.has(key)) found.push(`trial ${key} was lost`);
  for (const [key, line] of other.keys) {
    const wanted = one.keys.get(key);
    if (wanted === undefined) found.push(`trial ${key} is not of the sweep`);
    else {
      if (wanted !== line) found.push(`trial ${key}: the index says ${line}, not ${wanted}`);
      found.push(...(await differencesOfTrial(expected, store, key)));
    }
  }
  return found;
}

/** The lines of a store's index by key, and the cells that are there twice. */
async function openStored(store: string): Promise<{ keys: Map<string, string>; twice: string[] }> {
  const keys = new Map<string, string>();
  const twice: string[] = [];
  for await (const summary of readSummaries(store)) {
    if (keys.has(summary.key)) twice.push(`${store}: trial ${summary.key} is there twice`);
    keys.set(summary.key, JSON.stringify({ ...summary, seconds: null, finishedAt: null }));
  }
  return { keys, twice };
}

async function differencesOfTrial(expected: string, store: string, key: string): Promise<string[]> {
  const found: string[] = [];
  const [one, other] = [await readResult(expected, key), await readResult(store, key)];
  if (withoutProvenance(one) !== withoutProvenance(other)) found.push(`trial ${key}: the results differ`);
  const [files, others] = [await sideFiles(expected, key), await sideFiles(store, key)];
  for (const file of new Set([...files, ...others])) {
    const bytes = await readFile(join(sidePath(expected, key), file)).catch(() => null);
    const otherBytes = await readFile(join(sidePath(store, key), file)).catch(() => null);
    if (!bytes || !otherBytes?.equals(bytes)) found.push(`trial ${key}: ${file} differs`);
  }
  return [...found, ...differencesOfJournals(readJournal(expected, key), readJournal(store, key), key)];
}

async function sideFiles(store: string, key: string): Promise<string[]> {
  return (await readdir(sidePath(store, key)).catch(() => [])).sort();
}

function withoutProvenance(result: TrialResult | null): string {
  return JSON.stringify(result && { ...result, provenance: null });
}

/** What a journal tells, times aside. */
interface Told {
  readonly points: readonly string[];
  /** The last reference to each path, by path. */
  readonly artifacts: Readonly<Record<string, string>>;
  readonly goodEnds: readonly string[];
  readonly damaged: number;
}

function readJournal(store: string, key: string): Told {
  const points: string[] = [];
  const artifacts: Record<string, string> = {};
  const goodEnds: string[] = [];
  const { damaged } = scanJournal(journalPath(store, key), (event: JournalEvent) => {
    if (event.type === 'metrics') points.push(JSON.stringify([event.step, event.values]));
    else if (event.type === 'artifact') artifacts[event.path] = event.sha256;
    else if (event.type === 'ended' && event.outcome === 'ok') {
      const results = Object.entries(event.results).filter(([name]) => !name.startsWith('seconds/'));
      goodEnds.push(JSON.stringify(results));
    }
  });
  return { points, artifacts, goodEnds, damaged: damaged.length };
}

function differencesOfJournals(one: Told, other: Told, key: string): string[] {
  const found: string[] = [];
  if (other.damaged > 0) found.push(`trial ${key}: its journal has ${other.damaged} damaged stretches`);
  if (other.goodEnds.length !== 1)
    found.push(`trial ${key}: its journal tells ${other.goodEnds.length} good ends`);
  else if (other.goodEnds[0] !== one.goodEnds[0]) found.push(`trial ${key}: the journals end otherwise`);
  if (one.points.join('\n') !== other.points.join('\n')) {
    found.push(
      `trial ${key}: the journals tell other points (${one.points.length} and ${other.points.length})`,
    );
  }
  const sorted = (told: Told): string => JSON.stringify(Object.entries(told.artifacts).sort());
  if (sorted(one) !== sorted(other)) found.push(`trial ${key}: the journals refer to other files`);
  return found;
}
