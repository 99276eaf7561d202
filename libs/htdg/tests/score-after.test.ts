import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleImages } from '@fsad/detector/conformance';
import type { Detector, Score } from '@fsad/detector';
import { method } from '../src/detector.ts';
import { small } from './small.ts';

const runtime = { engine: 'auto', threads: 2 };
const { train, normal, anomalous } = sampleImages(3, 32, 2);
const test = [normal, anomalous];

async function trained(iterations: number, keepAfter?: readonly number[]): Promise<Detector> {
  const detector = await method.create(small('official', { iterations }), runtime);
  await detector.fit(train, { seed: 0, report: () => undefined, keepAfter });
  return detector;
}

function after(detector: Detector, iterations: number): Promise<Score[]> {
  return detector.scoreAfter!(iterations, test);
}

const coarsest = (scores: readonly Score[]): (number | undefined)[] =>
  scores.map(({ parts }) => parts?.['scale/0']);

describe('scores on the way of a training', () => {
  let detector: Detector;
  beforeAll(async () => {
    detector = await trained(4, [2, 4]);
  });
  afterAll(() => detector.dispose());

  it('are at the coarsest scale those of a training with so many iterations', async () => {
    const shorter = await trained(2);
    expect(coarsest(await after(detector, 2))).toEqual(coarsest(await shorter.score(test)));
    shorter.dispose();
  });
  it('are those of the model itself after the last iteration', async () => {
    expect(await after(detector, 4)).toEqual(await detector.score(test));
    expect(await after(detector, 2)).not.toEqual(await detector.score(test));
  });
  it('come from a saved model too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fsad-score-after-'));
    await detector.save(folder);
    const loaded = await method.load(folder, runtime);
    expect(await after(loaded, 2)).toEqual(await after(detector, 2));
    loaded.dispose();
    await rm(folder, { recursive: true });
  });
  it('are refused for a number of iterations that was not kept, naming those that were', async () => {
    await expect(after(detector, 3)).rejects.toThrow('after 3 iterations was not kept; there are: 2, 4');
  });
  it('are refused before a training that is too short for them', async () => {
    await expect(trained(1, [2])).rejects.toThrow('after 2 iterations, but trains only 1');
  });
});
