import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { findBinding, loadBinding, usesGpu } from './binding.ts';
import type { Tfjs, TfjsOptions } from './types.ts';
import { registerWasmKernels } from './wasm-kernels.ts';

const load = createRequire(import.meta.url);
const ANY = ['auto', 'native', 'reference'];
const NAMED = ['tensorflow', 'tensorflow-gpu', 'wasm', 'cpu'];

/**
 * Chooses and starts a TensorFlow.js backend and makes it the current one of this process.
 * @throws Error for an engine name it does not know, or a named binding that is not built or does not work.
 */
export async function openTfjs({
  engine,
  threads = availableParallelism(),
  gradients = true,
}: TfjsOptions): Promise<Tfjs> {
  if (!ANY.includes(engine) && !NAMED.includes(engine)) {
    throw new Error(`no engine ${engine}: there are ${[...ANY, ...NAMED].join(', ')}`);
  }
  if (gradients) load('@tensorflow/tfjs'); // registers them, which tfjs-core does not
  if (engine === 'cpu') return startCpu();
  if (engine === 'wasm') return startWasm();
  if (engine === 'tensorflow' || engine === 'tensorflow-gpu') {
    loadBinding(engine, threads);
    if (engine === 'tensorflow-gpu' && !usesGpu()) {
      throw new Error(
        'engine tensorflow-gpu: TensorFlow sees no GPU; check its driver and CUDA_VISIBLE_DEVICES',
      );
    }
    return startBinding();
  }
  for (const name of ['tensorflow-gpu', 'tensorflow'] as const) {
    if (findBinding(name) === null) continue;
    try {
      loadBinding(name, threads);
      return await startBinding();
    } catch {
      continue;
    }
  }
  return startWasm();
}

async function startBinding(): Promise<Tfjs> {
  await start('tensorflow');
  const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
  const where = usesGpu() ? 'GPU' : `${process.env.TF_NUM_INTRAOP_THREADS} threads`;
  return { tf, backend: 'tensorflow', description: `TensorFlow ${binding.TF_Version}, ${where}` };
}

async function startWasm(): Promise<Tfjs> {
  const listeners = crashListeners();
  await import('@tensorflow/tfjs-backend-wasm');
  await start('wasm');
  for (const [event, before] of listeners) {
    for (const listener of process.listeners(event as 'exit')) {
      if (!before.includes(listener)) process.removeListener(event, listener);
    }
  }
  registerWasmKernels();
  return { tf, backend: 'wasm', description: `TensorFlow.js ${tf.version_core} wasm, one thread` };
}

async function startCpu(): Promise<Tfjs> {
  load('@tensorflow/tfjs-backend-cpu');
  await start('cpu');
  (tf.backend() as unknown as { firstUse: boolean }).firstUse = false; // else it prints advice on its first tensor
  return { tf, backend: 'cpu', description: `TensorFlow.js ${tf.version_core} cpu, one thread` };
}

async function start(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend)))
    throw new Error(`the TensorFlow.js backend ${backend} does not start here`);
  await tf.ready();
}

/** The wasm backend's loader installs listeners that turn any later error into a crash with its whole source; ours go first. */
function crashListeners(): (readonly [string, readonly unknown[]])[] {
  return ['uncaughtException', 'unhandledRejection'].map(
    (event) => [event, process.listeners(event as 'exit')] as const,
  );
}
