import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { Tfjs, TfjsOptions } from '../tfjs/types.ts';

const ENGINES = ['auto', 'native', 'reference', 'wasm'];

const BINARIES = ['', '-simd', '-threaded-simd'];

let started: Promise<Tfjs> | null = null;

/** Starts the wasm backend, as in Node on one thread. @throws Error for another engine, or where WebAssembly has no SIMD. */
export function openTfjs({ engine }: TfjsOptions): Promise<Tfjs> {
  if (!ENGINES.includes(engine))
    return Promise.reject(new Error(`no engine ${engine} in a browser: there is wasm`));
  return (started ??= start());
}

async function start(): Promise<Tfjs> {
  const { href } = new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url);
  // Of its three builds the one with SIMD is used, and a page brings no other; the loader insists on an address for each.
  setWasmPaths(Object.fromEntries(BINARIES.map((name) => [`tfjs-backend-wasm${name}.wasm`, href])));
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) {
    throw new Error(
      'this browser has no WebAssembly SIMD, which came with browsers of 2021 and 2023; use a newer one',
    );
  }
  if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js does not start in this browser');
  await tf.ready();
  return { tf, backend: 'wasm', description: `TensorFlow.js ${tf.version_core} wasm, one thread` };
}
