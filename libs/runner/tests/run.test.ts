import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '@fsad/tracking/journal';
import { openRun, readResult, readSummaries, sidePath, type TrialResult } from '../src/index.ts';
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

  it('leaves the training pictures of each trial out of its test where both are drawn from one folder', async () => {
    const mixed = smallExperiment({
      datasets: [{ name: 'paris', classes: ['grid'] }],
      shots: [1],
      trials: 3,
    });
    expect(await runExperiment(runOptions(store, mixed))).toMatchObject({
      cells: 3,
      ok: 3,
      failed: 0,
      left: 0,
    });
    const found = await results();
    expect(new Set(found.map(({ inputs }) => inputs.testSubset)).size).toBe(3);
    expect(found.map(({ test }) => test.images)).toEqual([11, 11, 11]);
  });

  it('ends with every trial failed when the data change under it, and tells why', async () => {
    const messages: (string | null)[] = [];
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'plan') process.env.FSAD_TEST_FINGERPRINT = 'changed';
      if (event.type === 'finish') messages.push(event.message);
    };
    const only = request(smallExperiment(), { where: ['class=3 shots=1'] });
    try {
      const summary = await runExperiment(runOptions(store, smallExperiment(), { request: only, onEvent }));
      expect(summary).toMatchObject({ cells: 2, ok: 0, failed: 2, left: 0, stopped: null });
    } finally {
      delete process.env.FSAD_TEST_FINGERPRINT;
    }
    expect(messages).toEqual(
      Array(2).fill(expect.stringContaining('are not those this trial was planned with')),
    );
  });

  it('does a trial again that failed, when asked to, also after what it was made of was mended', async () => {
    const only = { where: ['class=3 shots=1 trial=0'] };
    const failing = request(smallExperiment(), { ...only, set: ['behaviour=throw'] });
    await runExperiment(runOptions(store, smallExperiment(), { request: failing }));
    const mended = runOptions(store, smallExperiment(), { request: request(smallExperiment(), only) });
    await expect(runExperiment(mended)).rejects.toThrow('made differently');
    expect(await runExperiment({ ...mended, retryFailed: true })).toMatchObject({ ok: 1, failed: 0 });
  });

  it('fits again where the model or a checkpoint that an attempt left is torn', async () => {
    const only = request(smallExperiment(), { where: ['class=3 shots=1 trial=0'] });
    const notes: string[] = [];
    const onEvent = (event: RunEvent): void => void (event.type === 'note' && notes.push(event.text));
    const options = runOptions(store, smallExperiment(), { request: only, onEvent });
    const { sorted, prepared } = await openRun(options);
    await prepared.close();
    const work = join(store, 'work', sorted.pending[0].key);
    await mkdir(join(work, 'checkpoints'), { recursive: true });
    await mkdir(join(work, 'model'));
    await writeFile(join(work, 'model-saved'), '');
    await writeFile(join(work, 'model', 'config.json'), '{"torn');
    await writeFile(join(work, 'checkpoints', 'scale-0.checkpoint.safetensors'), 'torn');
    await writeFile(join(work, 'clock.json'), '{"attempts":"many"}');
    await writeFile(join(work, 'scored.jsonl'), '{"from":0}\n[]\n');
    expect(await runExperiment(options)).toMatchObject({ ok: 1, failed: 0 });
    expect(notes).toEqual([
      expect.stringContaining('it is fitted again, from its checkpoints'),
      expect.stringContaining('starting scale-0 from the beginning'),
    ]);
  });

  it('does the others while another process works on one, and that one when it is let go', async () => {
    const only = request(smallExperiment(), { where: ['class=3 shots=1'] });
    const { sorted, prepared } = await openRun(runOptions(store, smallExperiment(), { request: only }));
    await prepared.close();
    const held = openJournal(store, sorted.pending[0].key);
    const finished: string[] = [];
    const onEvent = (event: RunEvent): void => {
      if (event.type !== 'finish') return;
      finished.push(event.key);
      held.close();
    };
    const options = runOptions(store, smallExperiment(), { request: only, onEvent, workers: 1 });
    expect(await runExperiment(options)).toMatchObject({ ok: 2, left: 0 });
    expect(finished).toEqual([sorted.pending[1].key, sorted.pending[0].key]);
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
