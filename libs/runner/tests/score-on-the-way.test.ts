import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dataset, TestItem } from '@fsad/datasets';
import type { Detector } from '@fsad/detector';
import { scoreOnTheWay } from '../src/trial/score-on-the-way.ts';

let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'fsad-on-the-way-'));
});
afterEach(() => rm(work, { recursive: true, force: true }));

const items = [0, 1, 2, 3].map((i): TestItem => {
  const anomalous = i > 1;
  return { id: `${i}`, anomalous, kind: anomalous ? 'bad' : 'good' } as TestItem;
});
const dataset = {
  image: async (id: string) => ({ width: 1, height: 1, channels: 1, data: Uint8Array.of(Number(id)) }),
} as unknown as Dataset;

/** Scores the right way round from ten iterations on; counts the images it is given. */
function learner(): { detector: Detector; seen: number[] } {
  const seen: number[] = [];
  const scoreAfter: Detector['scoreAfter'] = async (iterations, images) =>
    images.map(({ data }) => {
      seen.push(iterations);
      const value = iterations < 10 ? -data[0] : data[0];
      return { value, scales: [value, -value] };
    });
  return { detector: { scoreAfter } as Detector, seen };
}

const given = { dataset, items, signal: new AbortController().signal, onProgress: () => undefined };

describe('a training scored on its way', () => {
  it('has an AUROC, its interval and that of each scale for every number of iterations', async () => {
    const { detector } = learner();
    const steps = await scoreOnTheWay({ ...given, detector, work, iterations: [5, 10] });
    expect(steps?.map(({ iterations, auroc, perScale }) => [iterations, auroc, perScale])).toEqual([
      [5, 0, [0, 1]],
      [10, 1, [1, 0]],
    ]);
    expect(steps?.[0].aurocInterval).toHaveLength(2);
  });
  it('goes on after an interruption without scoring again what it had', async () => {
    await scoreOnTheWay({ ...given, detector: learner().detector, work, iterations: [5] });
    const { detector, seen } = learner();
    await scoreOnTheWay({ ...given, detector, work, iterations: [5, 10] });
    expect(new Set(seen)).toEqual(new Set([10]));
  });
  it('is left out for a method that cannot look back, and where nothing is asked for', async () => {
    const { detector } = learner();
    expect(
      await scoreOnTheWay({ ...given, detector: {} as Detector, work, iterations: [5] }),
    ).toBeUndefined();
    expect(await scoreOnTheWay({ ...given, detector, work, iterations: undefined })).toBeUndefined();
  });
});
