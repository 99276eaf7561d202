import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { estimatePlan, openRun, runExperiment, type PlanEstimate } from '../src/index.ts';
import { runOptions, smallExperiment } from './support/experiments.ts';

let store: string;
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'fsad-estimate-'));
});
afterEach(() => rm(store, { recursive: true, force: true }));

/** Two classes, two trials, one image: four trials of 100 steps, each of which waits for 5 ms. */
const slow = smallExperiment({
  shots: [1],
  methods: [
    { detector: 'steady', variant: 'slow', preset: 'plain', set: { steps: 100, msPerStep: 5 } },
    { detector: 'steady', variant: 'quick', preset: 'plain' },
  ],
});

async function estimate(measured: string[] = []): Promise<PlanEstimate> {
  const options = runOptions(store, slow);
  const opened = await openRun(options);
  await opened.prepared.close();
  return estimatePlan(opened, options, ({ cell }) => measured.push(cell.variant));
}

describe('the estimate of a plan', () => {
  it('comes from a few steps, and takes a trial for as long as all its steps', async () => {
    const { methods, pending, workers, seconds } = await estimate();
    const [first, second] = methods;
    expect(pending).toBe(8);
    expect(first).toMatchObject({ detector: 'steady', variant: 'slow', pending: 4 });
    // A timer never fires early, so that four trials of half a second are the least there can be.
    expect(first.seconds).toBeGreaterThan(4 * 0.45);
    expect(seconds).toBeCloseTo((Number(first.seconds) + Number(second.seconds)) / workers, 9);
  });

  it('is not measured where trials are done', async () => {
    await runExperiment(runOptions(store, slow));
    const measured: string[] = [];
    const { done, pending, seconds } = await estimate(measured);
    expect({ done, pending, seconds, measured }).toEqual({ done: 8, pending: 0, seconds: 0, measured: [] });
  });
});
