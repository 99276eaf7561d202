/** A helping thread of the engine `wasm`: stays inside the kernels until they stop. */
import { WebAssembly, type KernelExports, type Memory } from '../kernels/webassembly.ts';

/** What a helper is told first. */
export interface HelperStart {
  readonly module: object;
  readonly memory: Memory;
  readonly worker: number;
  readonly stack: number;
}

self.onmessage = async ({ data }: MessageEvent<HelperStart>) => {
  const { module, memory, worker, stack } = data;
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  const kernels = instance.exports as KernelExports;
  kernels.__stack_pointer.value = stack;
  self.postMessage('ready');
  kernels.help(worker);
};
