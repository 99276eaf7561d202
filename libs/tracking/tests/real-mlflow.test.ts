import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultRetryPolicy, MlflowClient, type Run } from '@fsad/mlflow-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isComplete, syncStore, type SyncOptions } from '../src/index.ts';
import { hasMlflow, MlflowServer } from './mlflow-server.ts';
import { ServerReads } from './server-reads.ts';
import { beginTrial, endTrial, keyOf, tellSteps, writeTrial } from './stores.ts';

describe.skipIf(!hasMlflow)(
  'a real MLflow server (skipped without .venv: node scripts/python-env.mjs)',
  () => {
    let folder: string;
    let server: MlflowServer;
    let client: MlflowClient;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'fsad-mlflow-'));
      server = await MlflowServer.start(folder);
      const retry = { ...defaultRetryPolicy, maxRetries: 1, backoffJitter: 0.1 };
      client = new MlflowClient({ uri: server.uri, retry });
    });
    afterAll(async () => {
      await server.kill();
      rmSync(folder, { recursive: true });
    });

    async function runs(): Promise<Run[]> {
      const experiment = await client.getExperimentByName('shots');
      const found: Run[] = [];
      for await (const run of client.searchRuns({ experimentIds: [experiment?.id ?? ''] })) found.push(run);
      return found.sort((a, b) => (a.name < b.name ? -1 : 1));
    }

    const history = (run: Run, key: string) => new ServerReads(server.uri).history(run, key);

    async function countPoints(): Promise<number> {
      let count = 0;
      for (const run of await runs()) {
        for (const key of Object.keys(run.metrics)) count += (await history(run, key)).length;
      }
      return count;
    }

    it('killed in the middle and started again has everything once', async () => {
      const store = join(folder, 'store');
      const sync = (options?: SyncOptions) => syncStore(store, client, options);
      writeTrial(store, keyOf(1), { trial: 0 }, { auroc: 0.7, steps: 1200 });
      const second = beginTrial(store, keyOf(2), { trial: 1 }, 1_700_000_010_000);
      tellSteps(second, 0, 10);
      expect(isComplete(await sync())).toBe(true);

      tellSteps(second, 10, 1200);
      endTrial(store, second, 0.9);
      second.close();
      writeTrial(store, keyOf(3), { trial: 2 }, { auroc: 0.8, at: 1_700_000_020_000 });
      let killed: Promise<void> | undefined;
      const cut = await sync({ onProgress: (done) => void (done === 2 && (killed ??= server.kill())) });
      expect(cut.stopped).toMatch(/broke|refused/);
      expect(cut.remaining).toBe(1);
      await killed;
      await server.start();
      expect(isComplete(await sync())).toBe(true);

      const [parent, ...trials] = await runs();
      expect(trials.map(({ name }) => name)).toEqual(
        [0, 1, 2].map((trial) => `htdg full · airplane · 2-shot · t${trial} · cifar10 smoke`),
      );
      for (const [i, trial] of trials.entries()) {
        expect(trial).toMatchObject({
          status: 'FINISHED',
          params: {
            detector: 'htdg',
            'settings.width': '32',
            class: 'airplane',
            shots: '2',
            trial: String(i),
          },
          tags: { 'fsad.key': keyOf(i + 1), engine: 'wasm', 'mlflow.parentRunId': parent.id, outcome: 'ok' },
          datasets: [{ name: 'cifar10/airplane' }],
        });
        const steps = i < 2 ? 1200 : 30;
        const losses = await history(trial, 'scale/1/real');
        expect(losses.map(({ step }) => step)).toEqual(Array.from({ length: steps }, (_, step) => step));
        expect(losses.every(({ step, value }) => value === 1 / (step + 1))).toBe(true);
        expect((await history(trial, 'scale/1/fake'))[3].value).toBeNaN();
        const reads = new ServerReads(server.uri);
        expect(await reads.artifacts(trial)).toEqual(['configuration.json', 'map-0.png']);
        expect((await reads.artifact(trial, 'map-0.png')).toString()).toBe(`picture of ${keyOf(i + 1)}`);
      }
      expect(parent.metrics['auroc/mean'].value).toBeCloseTo(0.8, 12);
      expect(parent.metrics['auroc/std'].value).toBeCloseTo(0.1, 12);
      expect((await history(parent, 'trials')).map(({ value }) => value)).toEqual([1, 2, 3]);

      const before = [(await runs()).length, await countPoints()];
      // 2 losses at every step and 2 results a trial; of the parent 3 counts, 2 means x 3, and std and two bounds x 2 after the third trial.
      expect(before).toEqual([4, 2 * (1200 + 1200 + 30) + 3 * 2 + 3 + 2 * 3 + 3 * 2]);
      rmSync(join(store, 'tracking', 'sync'), { recursive: true });
      expect(isComplete(await sync())).toBe(true);
      expect([(await runs()).length, await countPoints()]).toEqual(before);
    });
  },
);
