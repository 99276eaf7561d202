import type { Engine, EngineName, EngineOptions } from '../engine.ts';
import { kernelEngine } from '../kernels/engine.ts';
import { openWasmHost } from './wasm-host.ts';

/** The most threads that are asked for unless somebody says how many: the small pictures of HTDG give more of them nothing to do. */
const MOST = 8;

let opened: Promise<Engine> | null = null;

/**
 * The engine of browsers, `wasm`: one a page, which stays open, so that its threads are started once. Threads need shared memory, which a page has that is cross-origin isolated; another
 * computes on one. The first call's number of threads holds.
 * @throws Error for another name, or where WebAssembly has no SIMD.
 */
export async function openEngine(name: EngineName | 'auto', options: EngineOptions = {}): Promise<Engine> {
  if (name !== 'auto' && name !== 'wasm') throw new Error(`no engine ${name} in a browser: there is wasm`);
  return (opened ??= open(options.threads ?? Math.min(MOST, navigator.hardwareConcurrency)));
}

async function open(threads: number): Promise<Engine> {
  return { ...kernelEngine('wasm', await openWasmHost(threads)), dispose: async () => {} };
}
