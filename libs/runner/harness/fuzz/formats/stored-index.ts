import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeResult, openStore, readSummaries, sidePath, type TrialSummary } from '../../../src/index.ts';
import type { Format } from '../format.ts';
import { resultOf } from './stored-trial.ts';

const trials = 3;

/** The index of a store: whatever stands there, the store holds the same results. */
export const indexFormat: Format = {
  name: 'index',
  json: {
    // The last line; another checksum would have to be made by hand.
    take: (bytes) => bytes.toString().trim().split('\n').at(-1) ?? '',
    put: (bytes, json) => Buffer.concat([bytes, Buffer.from(json.replaceAll(/\n\s*/g, ''))]),
  },
  async samples(folder) {
    const store = await openStore(folder);
    for (let i = 0; i < trials; i++) await store.commit(resultOf(i));
    return [await readFile(join(folder, 'index.jsonl'))];
  },
  async read(bytes, _, folder) {
    for (let i = 0; i < trials; i++) {
      const path = `${sidePath(folder, resultOf(i).key)}.json`;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, encodeResult(resultOf(i)));
    }
    await writeFile(join(folder, 'index.jsonl'), bytes);
    const before = await summariesOf(folder);
    await openStore(folder);
    return { meaning: { before, after: await summariesOf(folder) }, identity: null };
  },
  isRefusal: () => false,
};

async function summariesOf(folder: string): Promise<TrialSummary[]> {
  const found: TrialSummary[] = [];
  for await (const summary of readSummaries(folder)) found.push(summary);
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}
