import { afterAll, beforeAll, describe } from 'vitest';
import { differenceConformance } from './conformance/differences.ts';
import { canvasConformance, discriminatorConformance } from './conformance/discriminator.ts';
import { fixtureConformance } from './conformance/fixtures.ts';
import { generatorConformance } from './conformance/generator.ts';
import { stateConformance } from './conformance/state.ts';
import type { Engine, EngineOptions } from './engine.ts';

export { gradientsAfterFirstStep } from './conformance/compare.ts';
export { ADAM, exampleImages, exampleState } from './conformance/examples.ts';

/**
 * The tests every engine passes: each operation and the whole step against the reference engine, finite differences and the
 * published fixtures; state, errors, threads and memory.
 *
 * `sameBitsAtAnyThreadCount` is false only for engines whose kernels are not ours.
 */
export function engineConformance(
  name: string,
  open: (options: EngineOptions) => Promise<Engine>,
  { sameBitsAtAnyThreadCount = true } = {},
): void {
  describe(`engine ${name}`, () => {
    let opened: Engine;
    const engine = (): Engine => opened;
    beforeAll(async () => {
      opened = await open({ threads: 2 });
    });
    afterAll(async () => {
      await opened?.dispose();
    });
    if (name !== 'reference') {
      discriminatorConformance(engine);
      generatorConformance(engine);
    }
    canvasConformance(engine);
    differenceConformance(engine);
    stateConformance(engine, open, sameBitsAtAnyThreadCount);
    fixtureConformance(engine);
  });
}
