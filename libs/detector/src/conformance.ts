import { describe, it } from 'vitest';
import type { DetectorMethod } from './detector.ts';
import { conformanceChecks, type ConformanceOptions } from './conformance-checks.ts';

export { conformanceChecks, type ConformanceCheck, type ConformanceOptions } from './conformance-checks.ts';
export { sampleImages, type SampleImages } from './sample-images.ts';

/**
 * Registers the vitest tests every method must pass, with a configuration small enough that one fit takes about a
 * second. See the README of this lib for what they ask.
 */
export function detectorConformance<Config>(
  method: DetectorMethod<Config>,
  options: ConformanceOptions<Config>,
): void {
  describe(`${method.name} as a detector`, () => {
    for (const { fact, check } of conformanceChecks(method, options)) it(fact, check, 120_000);
  });
}
