/** The part of WebAssembly this folder uses, typed: neither the ES2023 library nor the types of Node 20 declare it. */
interface Api {
  Memory: new (descriptor: { initial: number; maximum: number; shared: boolean }) => Memory;
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: { env: { memory: Memory } }): Promise<{ exports: unknown }>;
  validate(bytes: Uint8Array): boolean;
}

/** A memory, which all threads see where it is shared. */
export interface Memory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

/** What native/wasm.c exports. */
export interface KernelExports {
  start(threads: number): number;
  stack_of(worker: number): number;
  help(worker: number): void;
  stop(): void;
  arguments_of_call(): number;
  run_call(call: number): number;
  readonly __stack_pointer: { value: number };
}

export const { WebAssembly } = globalThis as unknown as { WebAssembly: Api };

/** What kernels start with, and the most that 32 bits address, in pages of 64 KiB. */
const FIRST_PAGES = 64;
const LARGEST_PAGES = 65536;

/** Memory for the kernels. */
export const newMemory = (shared: boolean): Memory =>
  new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: LARGEST_PAGES, shared });
