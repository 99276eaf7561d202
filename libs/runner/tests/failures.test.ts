import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { journalPath, scanJournal } from '@fsad/tracking';
import { readSummaries, type TrialSummary } from '../src/index.ts';
import type { RunEvent } from '../src/run-events.ts';
import type { RunOptions } from '../src/open-run.ts';
import { runExperiment } from '../src/run-experiment.ts';
import { request, runOptions, smallExperiment } from './support/experiments.ts';

let store: string;
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'fsad-failures-'));
});
afterEach(() => rm(store, { recursive: true, force: true }));

const experiment = smallExperiment({
  shots: [1],
  trials: 1,
  methods: [
    { detector: 'steady', variant: 'good', preset: 'plain' },
    { detector: 'steady', variant: 'bad', preset: 'plain', set: { behaviour: 'throw' } },
  ],
});

/** One class of the experiment whose second method misbehaves. */
function bad(behaviour: string, changes: Partial<RunOptions> = {}): RunOptions {
  const methods = experiment.methods.map((use) => (use.set ? { ...use, set: { behaviour } } : use));
  const asked = request({ ...experiment, methods }, { where: ['class=3'] });
  return runOptions(store, experiment, { request: asked, workers: 1, ...changes });
}

async function stored(): Promise<Record<string, TrialSummary>> {
  const found: Record<string, TrialSummary> = {};
  for await (const summary of readSummaries(store)) found[summary.cell.variant] = summary;
  return found;
}

function outcomes(key: string): string[] {
  const ended: string[] = [];
  scanJournal(journalPath(store, key), (event) => {
    if (event.type === 'ended') ended.push(event.outcome);
  });
  return ended;
}

describe('a trial that goes wrong costs that trial only', () => {
  it.each([
    ['diverge', 'diverged', 'generator/loss is Infinity at step 3', 'scale-0 11/20', false],
    ['throw', 'failed', 'the method cannot go on', 'scale-0 10/20', false],
    ['wrong-score', 'diverged', 'is NaN', 'scoring 0/12', false],
    // A process that dies at once cannot tell its last step; the runner knows one at most 0.2 s old.
    ['crash', 'failed', 'the process crashed (SIGABRT)', 'scale-0 \\d+/20', false],
    ['die', 'killed', 'ended by SIGKILL', 'scale-0 10/20', true],
  ])('%s is recorded as %s with its step', async (behaviour, status, message, step, outside) => {
    const summary = await runExperiment(bad(behaviour));
    expect(summary).toMatchObject({ ok: 1, failed: 1, left: 0 });
    const found = await stored();
    expect(found.good.status).toBe('ok');
    expect(found.bad).toMatchObject({ status, metrics: null, failure: { outside } });
    expect(found.bad.failure?.message).toContain(message);
    expect(found.bad.failure?.step).toMatch(new RegExp(`^${step}$`));
    expect(outcomes(found.bad.key).at(-1)).toBe(status);
  });

  it('a process that outgrows its memory is ended and recorded as out of memory', async () => {
    const summary = await runExperiment(bad('hog', { memoryLimitBytes: 400 * 2 ** 20 }));
    expect(summary).toMatchObject({ ok: 1, failed: 1 });
    const { failure, status } = (await stored()).bad;
    expect(status).toBe('out-of-memory');
    expect(failure?.message).toContain('outgrew its 0.4 GB');
  });
});

describe('running again', () => {
  it('tries again what was killed, and does not what failed for its own reasons', async () => {
    await runExperiment(bad('die'));
    await runExperiment({ ...bad('throw'), store: `${store}/own` });
    const started: string[] = [];
    const onEvent = (event: RunEvent): void =>
      void (event.type === 'start' && started.push(event.cell.variant));
    await runExperiment(bad('die', { onEvent }));
    expect(started).toEqual(['bad']);
    await runExperiment({ ...bad('throw', { onEvent }), store: `${store}/own` });
    expect(started).toEqual(['bad']);
  });

  it('tries a failed trial again when asked to', async () => {
    await runExperiment(bad('throw'));
    const started: string[] = [];
    const onEvent = (event: RunEvent): void =>
      void (event.type === 'start' && started.push(event.cell.variant));
    await runExperiment(bad('throw', { onEvent, retryFailed: true }));
    expect(started).toEqual(['bad']);
  });

  it('stops on a full disk with a clear reason, records no failure, and goes on when there is room', async () => {
    const summary = await runExperiment(bad('disk-full'));
    expect(summary.stopped).toContain('no room left on the disk');
    expect(summary.stopped).toContain('run the same command again');
    expect(summary).toMatchObject({ ok: 1, failed: 0, left: 1 });
    expect(await runExperiment(bad('well', { replace: true }))).toMatchObject({ ok: 2, left: 0 });
  });
});
