import { describe } from 'vitest';
import { engineConformance } from '../src/conformance.ts';
import { openWasm, probeWasm, wasmInstructionSets } from '../src/kernels/wasm.ts';

const { available, detail } = probeWasm();

describe.skipIf(!available)(`wasm (${detail})`, () => {
  for (const set of wasmInstructionSets()) {
    engineConformance(`wasm ${set}`, ({ threads = 2 }) => openWasm(threads, set));
  }
});
