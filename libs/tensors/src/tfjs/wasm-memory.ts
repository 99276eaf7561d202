import { getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** The floats of `info` inside the backend's memory; valid until the next allocation there, which may move that memory. */
export function floatsOf(backend: BackendWasm, info: TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(info) as Float32Array;
}

/** A float32 tensor with uninitialised contents; the caller returns it or hands it to `free`. */
export function allocate(backend: BackendWasm, shape: number[]): TensorInfo {
  return backend.makeOutput(shape, 'float32');
}

/** Gives the memory of an intermediate result back. */
export function free(backend: BackendWasm, ...infos: TensorInfo[]): void {
  for (const { dataId } of infos) backend.disposeData(dataId);
}

/** The product of a [m, k] and b [k, n], run by the backend's own kernel. */
export function multiply(backend: BackendWasm, a: TensorInfo, b: TensorInfo): TensorInfo {
  return run(backend, 'BatchMatMul', { a, b }, { transposeA: false, transposeB: false });
}

/** Runs a kernel of the backend outside TensorFlow.js's bookkeeping; the caller frees the result. */
export function run(
  backend: BackendWasm,
  kernel: string,
  inputs: Record<string, TensorInfo>,
  attrs: Record<string, unknown>,
): TensorInfo {
  const found = getKernel(kernel, 'wasm');
  if (found === null || found === undefined) throw new Error(`the wasm backend has no kernel ${kernel}`);
  return found.kernelFunc({ inputs, backend, attrs: attrs as never }) as TensorInfo;
}
