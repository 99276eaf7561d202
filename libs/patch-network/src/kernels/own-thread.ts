import type { Call, KernelHost } from './host.ts';
import { WebAssembly, type KernelExports, type Memory } from './webassembly.ts';

/** What WebAssembly in the thread that calls it needs. */
export interface OwnThread {
  readonly instructionSet: string;
  readonly threads: number;
  readonly module: object;
  /** Shared unless there is one thread. */
  readonly memory: Memory;
  /** Starts helper `worker`, 1 and on, on its stack; resolves once it is ready to help. */
  readonly startHelper: (worker: number, stack: number) => Promise<{ ended(): Promise<void> }>;
  /** Lets the thread's other work have its turn; taken before every call. */
  readonly turn: () => Promise<void>;
}

/**
 * WebAssembly in the calling thread, which may be the only one: no message goes to and fro for a call, and with one thread no memory is shared. The thread must be one that may block, so
 * not a page's first.
 * @throws Error when there is no memory.
 */
export async function openOwnThread(given: OwnThread): Promise<KernelHost> {
  const { instructionSet, threads, module, memory, startHelper, turn } = given;
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  const kernels = instance.exports as KernelExports;
  if (kernels.start(threads) === 0) throw new Error('WebAssembly memory ran out');
  const helpers = await Promise.all(
    Array.from({ length: threads - 1 }, (_, i) => startHelper(i + 1, kernels.stack_of(i + 1))),
  );
  const view = (pointer: number, { byteLength }: ArrayBufferView): Uint8Array =>
    new Uint8Array(memory.buffer, pointer, byteLength);
  return {
    instructionSet,
    threads,
    async run(call: Call, ...args: number[]) {
      await turn();
      new Float64Array(memory.buffer, kernels.arguments_of_call(), args.length).set(args);
      return kernels.run_call(call);
    },
    write: (pointer, values) =>
      view(pointer, values).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
    read: (pointer, into) =>
      new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(view(pointer, into)),
    async close() {
      kernels.stop();
      await Promise.all(helpers.map((helper) => helper.ended()));
    },
  };
}
