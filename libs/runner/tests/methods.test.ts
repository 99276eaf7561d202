import { describe, expect, it } from 'vitest';
import type { DetectorEvent } from '@fsad/detector';
import { sampleImages } from '@fsad/detector/conformance';
import { findBinding } from '@fsad/tensors/tfjs';
import { methods } from '../src/methods.ts';

const { train, normal, anomalous } = sampleImages(1, 64);

/** The losses of the first step and the scores of two images after a short fit. */
async function fitted(name: string, engine: string): Promise<{ losses: number[]; scores: number[] }> {
  const method = await methods[name]();
  const detector = await method.create(method.presets.smoke, { engine, threads: 1 });
  const losses: number[] = [];
  const report = (event: DetectorEvent): void => {
    if (event.type === 'metric' && event.step === 0) losses.push(event.value);
  };
  try {
    await detector.fit(train, { seed: 1, report });
    return { losses, scores: (await detector.score([normal, anomalous])).map(({ value }) => value) };
  } finally {
    detector.dispose();
  }
}

const missing = findBinding('tensorflow') === null;
describe.skipIf(missing)('on TensorFlow (build its binding with npm run engine:tensorflow)', () => {
  it.each(['geom', 'goad', 'deep-svdd', 'drocc', 'patch-svdd', 'differnet-random'])(
    '%s starts with the losses it starts with on wasm, and ends with finite scores',
    async (name) => {
      const [ours, theirs] = [await fitted(name, 'wasm'), await fitted(name, 'tensorflow')];
      expect(theirs.losses.length).toBe(ours.losses.length);
      expect(ours.losses.length).toBeGreaterThan(0);
      expect(theirs.losses[0] / ours.losses[0]).toBeCloseTo(1, 3);
      expect(theirs.scores.every(Number.isFinite)).toBe(true);
    },
  );
});
