import type { KernelHost } from '../kernels/host.ts';
import { openOwnThread, type OwnThread } from '../kernels/own-thread.ts';
import { newMemory, WebAssembly } from '../kernels/webassembly.ts';
import type { HelperStart } from './helper.ts';

/** Not relaxed SIMD, whose last bits depend on the processor: a model scores the same in every browser. */
const INSTRUCTION_SET = 'simd128';
const WITH_THREADS = new URL('../../build/kernels-simd128.wasm', import.meta.url);
const ALONE = new URL('../../build/kernels-simd128-alone.wasm', import.meta.url);

/** WebAssembly in the worker that calls it, with further workers as helpers where memory can be shared. */
export async function openWasmHost(wanted: number): Promise<KernelHost> {
  const shared = wanted > 1 && globalThis.crossOriginIsolated;
  const answer = await fetch(shared ? WITH_THREADS : ALONE);
  if (!answer.ok) throw new Error(`${answer.url}: cannot be fetched (${answer.status} ${answer.statusText})`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (!WebAssembly.validate(bytes)) {
    throw new Error(
      'this browser has no WebAssembly SIMD, which came with browsers of 2021 to 2023; use a newer one',
    );
  }
  const module = await WebAssembly.compile(bytes);
  const memory = newMemory(shared);
  return openOwnThread({
    instructionSet: INSTRUCTION_SET,
    threads: shared ? wanted : 1,
    module,
    memory,
    startHelper: (worker, stack) => start({ module, memory, worker, stack }),
    turn,
  });
}

function start(message: HelperStart): ReturnType<OwnThread['startHelper']> {
  const worker = new Worker(new URL('./helper.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onerror = ({ message: what }) =>
      reject(new Error(`a thread of the engine wasm does not start: ${what}`));
    worker.onmessage = () => resolve({ ended: async () => worker.terminate() });
    worker.postMessage(message);
  });
}

/** Messages, such as the one that stops a training, come in between calls. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
