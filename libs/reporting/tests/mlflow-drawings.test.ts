import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage } from '@fsad/images';
import { bestF1 } from '@fsad/metrics';
import { readSummaries, sidePath, type TrialScores } from '@fsad/runner';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mlflowDrawings } from '../src/index.ts';
import { fakeCell, storeFake } from './fake-store.ts';

let store: string;
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'fsad-drawings-'));
  await storeFake(
    store,
    [0.7, 0.8, 0.9].map((auroc, trial) => ({ cell: { trial }, auroc })),
  );
});
afterEach(async () => {
  await rm(store, { recursive: true });
});

async function keys(): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of readSummaries(store)) found.push(key);
  return found;
}

describe('what MLflow shows', () => {
  it('of a trial are its curves, scores and maps, named by picture, score and decision, and a table', async () => {
    const [key] = await keys();
    const drawn = await mlflowDrawings(store).ofTrial(key);
    expect([...(drawn?.files.keys() ?? [])].sort()).toEqual([
      'maps/contact-sheet.png',
      'pictures/histogram.png',
      'pictures/losses.png',
      'pictures/roc.png',
      'tables/scores.json',
    ]);
    // The picture of the fake map is none of the scored images.
    expect([...(drawn?.names ?? [])]).toEqual([['map-0.png', 'maps/00 scratch-00001 0.750 not scored.png']]);
    for (const [path, content] of drawn?.files ?? []) {
      if (path.endsWith('.png'))
        expect((await decodeImage(content as Uint8Array)).width).toBeGreaterThan(300);
    }
  });

  it('in the table of a trial is every score with what it means at the threshold of the best F1', async () => {
    const [key] = await keys();
    const drawn = await mlflowDrawings(store).ofTrial(key);
    expect(drawn?.tables).toEqual(['tables/scores.json']);
    const table = JSON.parse(String(drawn?.files.get('tables/scores.json'))) as {
      columns: string[];
      data: (string | number | boolean)[][];
    };
    const scores = JSON.parse(
      await readFile(join(sidePath(store, key), 'scores.json'), 'utf8'),
    ) as TrialScores;
    const { threshold } = bestF1(scores.values, scores.anomalous);
    expect(table.columns).toEqual(['image', 'kind', 'anomalous', 'score', 'decision']);
    expect(table.data).toHaveLength(scores.ids.length);
    for (const [i, [id, , anomalous, score, decision]] of table.data.entries()) {
      expect([id, anomalous, score]).toEqual([scores.ids[i], scores.anomalous[i], scores.values[i]]);
      const found = scores.values[i] >= threshold;
      expect(decision).toBe(
        scores.anomalous[i] ? (found ? 'found' : 'missed') : found ? 'false alarm' : 'passed',
      );
    }
  });

  it('of the trials of a kind is a report that links to nothing beside it, and their table', async () => {
    const drawn = await mlflowDrawings(store).ofGroup(fakeCell({}), await keys());
    const page = String(drawn?.files.get('report.html'));
    expect(page).toContain('3 trials, all finished well');
    expect(page).not.toMatch(/href="(?!data:)/);
    const { data } = JSON.parse(String(drawn?.files.get('tables/trials.json'))) as { data: number[][] };
    expect(data.map(([trial, auroc]) => [trial, auroc])).toEqual([
      [0, 0.7],
      [1, 0.8],
      [2, 0.9],
    ]);
  });

  it('of a trial that the store does not have, or of another kind, is nothing', async () => {
    const drawings = mlflowDrawings(store);
    expect(await drawings.ofTrial('ab'.repeat(32))).toBeNull();
    expect(await drawings.ofGroup(fakeCell({ class: '8' }), await keys())).toBeNull();
  });
});
