import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tensor } from '@fsad/tensors';
import { trainSteps, type DetectorEvent, type StepLoop } from '../src/index.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'fsad-steps-'))));
afterEach(() => rm(folder, { recursive: true }));

/** A loop whose state is the list of steps done, so that a step lost or done twice shows. */
function countingLoop(
  events: DetectorEvent[],
  changes: Partial<StepLoop> = {},
): { done: number[]; loop: StepLoop } {
  const done: number[] = [];
  const loop: StepLoop = {
    stage: 'count',
    steps: 7,
    context: { seed: 1, report: (event) => void events.push(event), checkpoints: join(folder, 'state') },
    fingerprint: 'a',
    checkpointEvery: 3,
    step: async (index) => ({ step: done.push(index) }),
    capture: async () => new Map([['done', tensor([done.length], Float32Array.from(done))]]),
    restore: (tensors) => void done.push(...(tensors.get('done')?.data ?? [])),
    ...changes,
  };
  return { done, loop };
}

it('continues from the last periodic checkpoint after a crash, doing every step once', async () => {
  const crashing = countingLoop([]);
  const { step } = crashing.loop;
  const failing: StepLoop = {
    ...crashing.loop,
    step: (index) => (index === 5 ? Promise.reject(new Error('killed')) : step(index)),
  };
  await expect(trainSteps(failing)).rejects.toThrow('killed');
  const events: DetectorEvent[] = [];
  const { done, loop } = countingLoop(events);
  await trainSteps(loop);
  expect(done).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(events[0]).toEqual({ type: 'progress', stage: 'count', done: 3, total: 7 });
});

it('keeps the finished steps when aborted, and does nothing when already finished', async () => {
  const controller = new AbortController();
  const first = countingLoop([]);
  const context = { ...first.loop.context, signal: controller.signal };
  const { step } = first.loop;
  const aborting = (index: number): ReturnType<typeof step> => {
    if (index === 3) controller.abort(new Error('stop'));
    return step(index);
  };
  await expect(trainSteps({ ...first.loop, context, step: aborting })).rejects.toThrow('stop');
  const events: DetectorEvent[] = [];
  await trainSteps(countingLoop(events).loop);
  expect(events[0]).toMatchObject({ done: 4 });
  const finished = countingLoop([]);
  await trainSteps(finished.loop);
  expect(finished.done).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

it('starts anew, and says so, when the checkpoint is torn or belongs to another fit', async () => {
  await trainSteps(countingLoop([]).loop);
  const events: DetectorEvent[] = [];
  await trainSteps(countingLoop(events, { fingerprint: 'b' }).loop);
  expect(events[0]).toMatchObject({
    type: 'note',
    text: expect.stringContaining('other settings or images'),
  });
  const [name] = await readdir(join(folder, 'state'));
  await writeFile(join(folder, 'state', name), 'torn');
  const later: DetectorEvent[] = [];
  await trainSteps(countingLoop(later, { fingerprint: 'b' }).loop);
  expect(later[0]).toMatchObject({ type: 'note', text: expect.stringContaining('truncated') });
});

it('writes nothing without a checkpoint folder', async () => {
  const { loop } = countingLoop([]);
  await trainSteps({ ...loop, context: { seed: 1, report: () => {} } });
  expect(await readdir(folder)).toEqual([]);
});

it('stops at the first reported value that is not finite, naming step and value', async () => {
  const { loop } = countingLoop([], { step: async (index) => ({ loss: index === 2 ? NaN : 1 }) });
  await expect(trainSteps(loop)).rejects.toThrow('loss is NaN at step 2');
});
