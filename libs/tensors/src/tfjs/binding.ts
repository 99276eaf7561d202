import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';

/** The two bindings of TensorFlow's C library to TensorFlow.js. */
export type BindingName = 'tensorflow' | 'tensorflow-gpu';

const PACKAGES: Readonly<Record<BindingName, string>> = {
  tensorflow: '@tensorflow/tfjs-node',
  'tensorflow-gpu': '@tensorflow/tfjs-node-gpu',
};

/** Folder under the repository root where `npm run engine:tensorflow` builds bindings, one folder each. */
const ENGINES = fileURLToPath(new URL('../../../../.engines/', import.meta.url));

/** The compiled part of a binding's package. */
const ADDON = join('lib', 'napi-v8', 'tfjs_binding.node');

let loaded: BindingName | null = null;

/** The folder of the binding's package, our own build before an installed one; null where there is neither. */
export function findBinding(name: BindingName): string | null {
  const own = join(ENGINES, name, 'node_modules', PACKAGES[name]);
  if (existsSync(join(own, ADDON))) return own;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${PACKAGES[name]}/package.json`);
    const installed = join(manifest, '..');
    return existsSync(join(installed, ADDON)) ? installed : null;
  } catch {
    return null;
  }
}

/**
 * Loads a binding, which registers the TensorFlow.js backend `tensorflow`; once a process. The number of threads is taken
 * from `threads` unless TF_NUM_INTRAOP_THREADS is set, and cannot change afterwards. Without a GPU, `tensorflow-gpu` serves as `tensorflow`.
 * @throws Error saying which command builds it, or that this process already runs the other binding.
 */
export function loadBinding(name: BindingName, threads: number): void {
  if (loaded === name) return;
  if (loaded === 'tensorflow-gpu' && !usesGpu()) return;
  if (loaded !== null) {
    throw new Error(`engine ${name}: this process already runs ${loaded}; open one of the two a process`);
  }
  const folder = findBinding(name);
  if (folder === null) {
    throw new Error(`engine ${name} is not built on this machine: run \`npm run engine:${name}\``);
  }
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_NUM_INTRAOP_THREADS ??= String(threads);
  process.env.TF_NUM_INTEROP_THREADS ??= '1';
  process.env.TF_DETERMINISTIC_OPS ??= '1';
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  process.env.NVIDIA_TF32_OVERRIDE ??= '0'; // single precision in full, not TF32's ten bits
  const require = createRequire(import.meta.url);
  restoreRemovedUtilities(require('node:util') as Record<string, unknown>);
  // The binding brings a TensorFlow.js of its own, which says of each of 340 kernels that ours has registered it already.
  tf.env().set('IS_TEST', true);
  try {
    require(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new Error(`engine ${name} does not load (${reason}): build it with \`npm run engine:${name}\``, {
      cause: error,
    });
  } finally {
    tf.env().set('IS_TEST', false);
  }
  loaded = name;
}

/** Whether the loaded binding computes on a GPU. */
export function usesGpu(): boolean {
  return (tf.findBackend('tensorflow') as unknown as { isUsingGpuDevice: boolean }).isUsingGpuDevice;
}

/** Node 23 removed two functions of `util` that the binding's JavaScript calls. */
function restoreRemovedUtilities(util: Record<string, unknown>): void {
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}
