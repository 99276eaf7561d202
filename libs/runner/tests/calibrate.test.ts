import { expect, it } from 'vitest';
import { runCalibration, type CalibrationTask } from '../src/trial/index.ts';
import { registry, steady } from './support/registry.ts';

const task: CalibrationTask = {
  detector: 'steady',
  settings: { ...steady.presets.plain, steps: 1000, msPerStep: 5 },
  dataset: 'mnist',
  data: null,
  class: '3',
  shots: 1,
  maps: false,
  engine: 'plain',
  threads: 1,
};

/** What is measured where the method differs so; a fit that cannot be shortened is watched for a fifth of a second. */
function measured(changes: Partial<typeof steady>) {
  const methods = { steady: async () => ({ ...steady, ...changes }) as never };
  return runCalibration(task, { ...registry, methods }, new AbortController().signal, 200);
}

it('takes scoring from a fit of the fewest steps, where the fit itself takes too long to watch', async () => {
  const times = await measured({ shorten: undefined, fewestSteps: (config) => ({ ...config, steps: 1 }) });
  expect(times.whole).toBe(false);
  // A timer never fires early, so that a thousand steps of 5 ms are the least there can be.
  expect(times.fit).toBeGreaterThan(4.5);
  expect(times.scoreImage).toBeGreaterThan(0);
});

it('says that scoring is not known where it has nothing to score with', async () => {
  const { scoreImage, whole } = await measured({ shorten: undefined });
  expect({ scoreImage, whole }).toEqual({ scoreImage: null, whole: false });
});

it('does not take the first scoring, which compiles, for all of them', async () => {
  const create: typeof steady.create = async (config, runtime) => {
    const detector = await steady.create(config, runtime);
    let first = true;
    const score: typeof detector.score = async (images, signal) => {
      if (first) await new Promise((resolve) => setTimeout(resolve, 100));
      first = false;
      return detector.score(images, signal);
    };
    return { fit: detector.fit.bind(detector), score, dispose: () => detector.dispose() } as typeof detector;
  };
  expect((await measured({ create })).scoreImage).toBeLessThan(0.1 / 4);
});
