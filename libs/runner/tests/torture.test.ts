import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '@fsad/tracking';
import { differencesOf } from '../harness/compare-stores.ts';
import { findRedis } from '../harness/redis-server.ts';
import { torture } from '../harness/torture.ts';
import { readResult, readSummaries, runExperiment, sidePath } from '../src/index.ts';
import { encodeResult, resultPath } from '../src/store/index.ts';
import { request, runOptions, smallExperiment } from './support/experiments.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fsad-torture-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** It ends by its progress, however busy the machine is; a quarter of an hour only ends one that nobody serves any more. */
const unhurried = { timeout: 15 * 60_000 };

/** A few kills of `npm run torture`. */
const short = { kills: 4, seed: 1, trials: 1, workers: 2, say: () => undefined };

describe('two stores', () => {
  it('are compared trial by trial: results, side files, what the journals tell, and what is lost', async () => {
    const [one, other] = [join(folder, 'one'), join(folder, 'other')];
    const asked = request(smallExperiment({ trials: 1 }));
    await runExperiment(runOptions(one, asked.experiment, { request: asked }));
    await cp(one, other, { recursive: true });
    expect(await differencesOf(one, other)).toEqual([]);

    const keys: string[] = [];
    for await (const { key } of readSummaries(one)) keys.push(key);
    const [lost, changed, beside, toldAgain] = keys;
    await rm(resultPath(other, lost));
    const result = await readResult(other, changed);
    if (!result) throw new Error('the trial was stored');
    const metrics = result.metrics && { ...result.metrics, auroc: result.metrics.auroc / 2 };
    await writeFile(resultPath(other, changed), encodeResult({ ...result, metrics }));
    await writeFile(join(sidePath(other, beside), 'scores.json'), '{}');
    const journal = openJournal(other, toldAgain);
    journal.end('ok');
    journal.close();
    expect((await differencesOf(one, other)).sort()).toEqual(
      [
        `trial ${lost} was lost`,
        `trial ${changed}: the results differ`,
        `trial ${beside}: scores.json differs`,
        `trial ${toldAgain}: its journal tells 2 good ends`,
      ].sort(),
    );
  });
});

describe.skipIf(process.platform !== 'linux')('a sweep under kill -9 (skipped off Linux)', () => {
  it('ends with the bytes of an undisturbed one', unhurried, async () => {
    const outcome = await torture({ ...short, folder, queue: false });
    expect(outcome.differences).toEqual([]);
    expect(outcome.killedRunners + outcome.killedWorkers).toBe(4);
  });

  it.skipIf(!findRedis())(
    'ends with the bytes of an undisturbed one through a queue whose Redis crashes (skipped where no redis-server is found)',
    unhurried,
    async () => {
      const outcome = await torture({ ...short, folder, queue: true });
      expect(outcome.differences).toEqual([]);
      expect(outcome.redisCrashes).toBe(1);
    },
  );
});
