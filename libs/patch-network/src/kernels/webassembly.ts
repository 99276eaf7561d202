/** The part of WebAssembly this folder uses, typed: neither the ES2023 library nor the types of Node 20 declare it. */
interface Api {
  Memory: new (descriptor: { initial: number; maximum: number; shared: true }) => Memory;
  compile(bytes: Uint8Array): Promise<object>;
  validate(bytes: Uint8Array): boolean;
}

/** A memory all threads see. */
export interface Memory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

export const { WebAssembly } = globalThis as unknown as { WebAssembly: Api };
