import { describe, expect, it } from 'vitest';
import { byEnd, parentPoints, parentStatus, replacedTrials, type FinishedTrial } from '../src/parent-runs.ts';

const finished = (trial: number, at: number, auroc: number, key = `k${trial}`): FinishedTrial => ({
  key,
  trial,
  at,
  results: { auroc },
});

/** The summary after so many trials: the points at the time it was made. */
const at = (points: ReturnType<typeof parentPoints>, trials: number): Record<string, number> => {
  const times = [...new Set(points.map(({ timestamp }) => timestamp))];
  const made = points.filter(({ timestamp }) => timestamp === times[trials - 1]);
  return Object.fromEntries(made.map(({ key, value }) => [key, value]));
};

describe('a parent run', () => {
  const three = [finished(0, 10, 0.5), finished(1, 20, 0.7), finished(2, 30, 0.9)];

  it('has mean, std (n - 1) and the 95 % t interval of its trials', () => {
    const last = at(parentPoints(three), 3);
    expect(last['auroc/mean']).toBeCloseTo(0.7, 12);
    expect(last['auroc/std']).toBeCloseTo(0.2, 12);
    // t(0.975, 2) = 4.302652729911275 (tables); half = t * 0.2 / sqrt(3)
    const half = (4.302652729911275 * 0.2) / Math.sqrt(3);
    expect(last['auroc/low']).toBeCloseTo(0.7 - half, 9);
    // 0.7 + half is beyond 1, where an area ends.
    expect(last['auroc/high']).toBe(1);
    expect(last.trials).toBe(3);
  });

  it('has no std and no interval below three trials', () => {
    expect(at(parentPoints(three), 1)).toEqual({ trials: 1, 'auroc/mean': 0.5 });
    expect(at(parentPoints(three), 2)).toEqual({ trials: 2, 'auroc/mean': 0.6 });
  });

  it('has everything at step 0, each summary later than the one before, though trials end at once', () => {
    const points = parentPoints([finished(0, 10, 0.5), finished(1, 10, 0.7), finished(2, 10, 0.6)]);
    expect(new Set(points.map(({ step }) => step))).toEqual(new Set([0]));
    const counts = points.filter(({ key }) => key === 'trials');
    expect(counts.map(({ timestamp, value }) => [timestamp, value])).toEqual([
      [10, 1],
      [11, 2],
      [12, 3],
    ]);
  });

  it('has its points at the times its trials ended, whenever they are told', () => {
    const points = parentPoints(three);
    expect(points.filter(({ key }) => key === 'trials').map(({ timestamp }) => timestamp)).toEqual([
      10, 20, 30,
    ]);
    expect(parentPoints(three, 2)).toEqual(points.filter(({ timestamp }) => timestamp === 30));
  });

  it('counts a trial done again under another key once, and names the key that was replaced', () => {
    const again = [...three, finished(1, 40, 0.8, 'new')];
    expect(at(parentPoints(again), 4)).toMatchObject({
      trials: 3,
      'auroc/mean': expect.closeTo(2.2 / 3, 12),
    });
    expect(replacedTrials(again)).toEqual([{ trial: three[1], by: 'new' }]);
    const back = [...again, finished(1, 50, 0.7)];
    expect(replacedTrials(back)).toEqual([
      { trial: back[1], by: null },
      { trial: back[3], by: 'k1' },
    ]);
  });

  it('leaves out what is not finite', () => {
    expect(at(parentPoints([finished(0, 10, NaN), finished(1, 20, 0.5)]), 2)).toEqual({
      trials: 2,
      'auroc/mean': 0.5,
    });
  });

  it('orders trials by when they ended', () => {
    expect(
      [finished(2, 5, 0), finished(1, 5, 0), finished(0, 9, 0)].sort(byEnd).map(({ trial }) => trial),
    ).toEqual([1, 2, 0]);
  });

  it.each([
    [['ok', 'running'], 'RUNNING'],
    [['ok', 'failed'], 'FINISHED'],
    [['interrupted', 'diverged'], 'FAILED'],
    [['diverged', 'interrupted'], 'KILLED'],
  ] as const)('of trials %j is %s', (outcomes, status) => {
    const trials = outcomes.map((outcome, i) => ({ outcome, endedAt: i + 1 }));
    expect(parentStatus(trials).status).toBe(status);
  });
});
