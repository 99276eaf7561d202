import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Engine, EngineProbe } from '../engine.ts';
import { kernelEngine } from './engine.ts';
import type { Call, KernelHost } from './host.ts';
import { newMemory, WebAssembly, type Memory } from './webassembly.ts';

/** What V8 offers, best first; relaxed SIMD has fused multiply-add. */
const SETS = ['relaxed-simd', 'simd128'] as const;
const BUILD = new URL('../../build/', import.meta.url);
const WORKER = new URL('./wasm-worker.mjs', import.meta.url);

/**
 * Opens the engine `wasm`; `instructionSet` forces another than the best this Node has (see `wasmInstructionSets`).
 * @throws Error saying why there is no WebAssembly build, and what to do.
 */
export async function openWasm(threads: number, instructionSet?: string): Promise<Engine> {
  return kernelEngine('wasm', await openWasmHost(threads, instructionSet));
}

/** WebAssembly as a host of the kernels. */
export async function openWasmHost(threads: number, instructionSet?: string): Promise<KernelHost> {
  const name = instructionSet ?? usableSets()[0];
  const module = await WebAssembly.compile(readBuild(name));
  const memory = newMemory(true);
  const start = (worker: number, stack: number): Worker =>
    new Worker(WORKER, { workerData: { module, memory, threads, worker, stack }, execArgv: [] });
  const first = start(0, 0);
  const stacks = await answerOf<number[]>(first);
  const helpers = stacks.map((stack, i) => start(i + 1, stack));
  // An engine left open must not keep the process alive; a call under way does.
  for (const worker of [first, ...helpers]) worker.unref();
  for (const helper of helpers) helper.on('error', () => undefined);
  return new WasmHost(name, threads, memory, first, helpers);
}

/** The builds this Node can run, best first. */
export function wasmInstructionSets(): string[] {
  return SETS.filter((set) => existsSync(pathOf(set)) && WebAssembly.validate(readBuild(set)));
}

export function probeWasm(): EngineProbe {
  try {
    const [best] = usableSets();
    return { name: 'wasm', available: true, detail: `${best}, ${readReport().detail}` };
  } catch (error) {
    return { name: 'wasm', available: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

class WasmHost implements KernelHost {
  readonly instructionSet: string;
  readonly threads: number;
  readonly #memory: Memory;
  readonly #first: Worker;
  readonly #helpers: readonly Worker[];

  constructor(
    instructionSet: string,
    threads: number,
    memory: Memory,
    first: Worker,
    helpers: readonly Worker[],
  ) {
    this.instructionSet = instructionSet;
    this.threads = threads;
    this.#memory = memory;
    this.#first = first;
    this.#helpers = helpers;
  }

  async run(call: Call, ...args: number[]): Promise<number> {
    this.#first.ref();
    this.#first.postMessage({ call, args });
    try {
      return await answerOf<number>(this.#first);
    } finally {
      this.#first.unref();
    }
  }

  write(pointer: number, values: Float32Array | Float64Array | Int32Array): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    new Uint8Array(this.#buffer(), pointer, bytes.length).set(bytes);
  }

  read(pointer: number, into: Float32Array | Float64Array): void {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    bytes.set(new Uint8Array(this.#buffer(), pointer, bytes.length));
  }

  async close(): Promise<void> {
    const ended = [this.#first, ...this.#helpers].map((worker) => {
      worker.ref();
      return new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    });
    this.#first.postMessage(null);
    await Promise.all(ended);
  }

  /** The memory as it is now: growing by nothing makes this thread notice that another one grew it. */
  #buffer(): ArrayBufferLike {
    this.#memory.grow(0);
    return this.#memory.buffer;
  }
}

function answerOf<T>(worker: Worker): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      then();
    };
    const onMessage = (answer: T): void => settle(() => resolve(answer));
    const onError = (error: Error): void => settle(() => reject(error));
    const onExit = (): void => settle(() => reject(new Error('a thread of the engine wasm ended')));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}

function usableSets(): string[] {
  const sets = wasmInstructionSets();
  if (sets.length === 0) throw new Error(readReport().detail);
  return sets;
}

function pathOf(set: string): string {
  return fileURLToPath(new URL(`kernels-${set}.wasm`, BUILD));
}

function readBuild(set: string): Uint8Array {
  return new Uint8Array(readFileSync(pathOf(set)));
}

/** What the build at install said. */
function readReport(): { detail: string } {
  const path = fileURLToPath(new URL('wasm.json', BUILD));
  if (!existsSync(path)) return { detail: 'not built yet: run npm run postinstall' };
  return JSON.parse(readFileSync(path, 'utf8')) as { detail: string };
}
