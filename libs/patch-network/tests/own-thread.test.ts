import { existsSync, readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { engineConformance } from '../src/conformance.ts';
import { kernelEngine } from '../src/kernels/engine.ts';
import { openOwnThread } from '../src/kernels/own-thread.ts';
import { newMemory, WebAssembly } from '../src/kernels/webassembly.ts';

const build = new URL('../build/kernels-simd128-alone.wasm', import.meta.url);

/** What a page without shared memory computes with, in this thread. */
describe.skipIf(!existsSync(build))('wasm in its own thread, without shared memory', () => {
  engineConformance('wasm alone', async () => {
    const module = await WebAssembly.compile(new Uint8Array(readFileSync(build)));
    const host = await openOwnThread({
      instructionSet: 'simd128',
      threads: 1,
      module,
      memory: newMemory(false),
      startHelper: () => Promise.reject(new Error('one thread has no helper')),
      turn: async () => {},
    });
    return kernelEngine('wasm', host);
  });
});
