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

/** What is measured of a fit of five seconds that is watched for a fifth of one. */
function measured(fewestSteps?: typeof steady.fewestSteps) {
  const uncut = { ...steady, shorten: undefined, fewestSteps };
  const methods = { steady: async () => uncut as never };
  return runCalibration(task, { ...registry, methods }, new AbortController().signal, 200);
}

it('takes scoring from a fit of the fewest steps, where the fit itself takes too long to watch', async () => {
  const times = await measured((config) => ({ ...config, steps: 1 }));
  expect(times.whole).toBe(false);
  // A timer never fires early, so that a thousand steps of 5 ms are the least there can be.
  expect(times.fit).toBeGreaterThan(4.5);
  expect(times.scoreImage).toBeGreaterThan(0);
});

it('says that scoring is not known where it has nothing to score with', async () => {
  const { scoreImage, whole } = await measured();
  expect({ scoreImage, whole }).toEqual({ scoreImage: null, whole: false });
});
