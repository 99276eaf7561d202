import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readResult, readSummaries, sidePath, type TrialResult } from '../src/index.ts';
import type { RunEvent } from '../src/run-events.ts';
import { runExperiment } from '../src/run-experiment.ts';
import { request, runOptions, smallExperiment } from './support/experiments.ts';

let store: string;
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'fsad-run-'));
});
afterEach(() => rm(store, { recursive: true, force: true }));

async function results(): Promise<TrialResult[]> {
  const found: TrialResult[] = [];
  for await (const { key } of readSummaries(store)) found.push((await readResult(store, key)) as TrialResult);
  return found;
}

describe('run', () => {
  it('does every trial of the matrix once and nothing the second time', async () => {
    const first = await runExperiment(runOptions(store, smallExperiment()));
    expect(first).toMatchObject({ cells: 8, ok: 8, failed: 0, left: 0 });
    const started: RunEvent[] = [];
    const onEvent = (event: RunEvent): void => void (event.type === 'start' && started.push(event));
    const second = await runExperiment(runOptions(store, smallExperiment(), { onEvent }));
    expect(second).toMatchObject({ cells: 8, ok: 8 });
    expect(started).toEqual([]);
    expect(await readdir(join(store, 'work'))).toEqual([]);
  });
  it('keeps AUROC, its interval, scales, fractions, scores and curves of a trial', async () => {
    const one = request(smallExperiment(), { where: ['class=3 shots=1 trial=0'] });
    await runExperiment(runOptions(store, smallExperiment(), { request: one }));
    const [result] = await results();
    const { metrics } = result;
    expect(metrics?.auroc).toBeGreaterThan(0.5);
    expect(metrics?.perScale[0]).toBe(metrics?.auroc);
    expect(metrics?.perScale[1]).toBeCloseTo(1 - (metrics?.auroc as number), 12);
    expect(metrics?.fractions['1']).toBe(metrics?.auroc);
    expect(Object.keys(metrics?.parts ?? {})).toEqual(['other']);
    const side = async (file: string) =>
      JSON.parse(await readFile(join(sidePath(store, result.key), file), 'utf8'));
    expect((await side('scores.json')).values).toHaveLength(12);
    expect((await side('curves.json'))['scale-0/loss'].steps).toHaveLength(20);
  });
});
