import { describe } from 'vitest';
import { engineConformance } from '../src/conformance.ts';
import { nativeInstructionSets, openNative, probeNative } from '../src/kernels/native.ts';

const { available, detail } = probeNative();

describe.skipIf(!available)(`native (${detail})`, () => {
  for (const set of available ? nativeInstructionSets() : []) {
    engineConformance(`native ${set}`, ({ threads = 2 }) => openNative(threads, set));
  }
});
