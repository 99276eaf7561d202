import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSummaries } from '../src/index.ts';
import { openRun } from '../src/open-run.ts';
import { runExperiment } from '../src/run-experiment.ts';
import { runOptions, smallExperiment } from './support/experiments.ts';

let store: string;
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'fsad-share-'));
});
afterEach(() => rm(store, { recursive: true, force: true }));

async function pending(part: number): Promise<string[]> {
  const { sorted, prepared } = await openRun(
    runOptions(store, smallExperiment(), { share: { part, of: 3 } }),
  );
  await prepared.close();
  return sorted.pending.map(({ key }) => key);
}

describe('a share of a plan', () => {
  it('is apart from the others, and together they are the plan', async () => {
    const shares = [await pending(0), await pending(1), await pending(2)];
    expect(shares.map((keys) => keys.length)).toEqual([3, 3, 2]);
    expect(new Set(shares.flat()).size).toBe(8);
  });

  it('stays the same when another share has been done meanwhile', async () => {
    const before = await pending(1);
    const share = { part: 0, of: 3 };
    const summary = await runExperiment(runOptions(store, smallExperiment(), { share }));
    expect(summary).toMatchObject({ cells: 3, ok: 3, left: 0 });
    expect(await pending(1)).toEqual(before);
    const done: string[] = [];
    for await (const { key } of readSummaries(store)) done.push(key);
    expect(done).toHaveLength(3);
  });
});
