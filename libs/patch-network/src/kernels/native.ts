import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Engine, EngineProbe } from '../engine.ts';
import { kernelEngine } from './engine.ts';
import type { KernelHost } from './host.ts';

interface Addon {
  instructionSets(): string[];
  open(instructionSet: string, threads: number): number;
  close(handle: number): void;
  run(handle: number, call: number, ...args: number[]): Promise<number>;
  write(pointer: number, values: Float32Array | Float64Array | Int32Array): void;
  read(pointer: number, into: Float32Array | Float64Array): void;
}

const ADDON = fileURLToPath(new URL('../../build/native.node', import.meta.url));
const REPORT = fileURLToPath(new URL('../../build/native.json', import.meta.url));

/**
 * Opens the engine `native`; `instructionSet` forces another than the best this processor has (see `nativeInstructionSets`).
 * @throws Error saying why the addon is missing or does not load, and what to do.
 */
export async function openNative(threads: number, instructionSet?: string): Promise<Engine> {
  return kernelEngine('native', openNativeHost(threads, instructionSet));
}

/** The addon as a host of the kernels. */
export function openNativeHost(threads: number, instructionSet?: string): KernelHost {
  const addon = loadAddon();
  const name = instructionSet ?? addon.instructionSets()[0];
  const handle = addon.open(name, threads);
  return {
    instructionSet: name,
    threads,
    run: (call, ...args) => addon.run(handle, call, ...args),
    write: (pointer, values) => addon.write(pointer, values),
    read: (pointer, into) => addon.read(pointer, into),
    async close() {
      addon.close(handle);
    },
  };
}

/** The instruction sets the addon was built for and this processor runs, best first. */
export function nativeInstructionSets(): string[] {
  return loadAddon().instructionSets();
}

export function probeNative(): EngineProbe {
  try {
    const [best] = loadAddon().instructionSets();
    return { name: 'native', available: true, detail: `${best}, ${readReport().detail}` };
  } catch (error) {
    return {
      name: 'native',
      available: false,
      detail: error instanceof Error ? error.message : String(error),
    };
  }
}

function loadAddon(): Addon {
  if (!existsSync(ADDON)) throw new Error(readReport().detail);
  try {
    return createRequire(import.meta.url)(ADDON) as Addon;
  } catch (error) {
    throw new Error(
      `the compiled kernels do not load (${String(error)}): run npm run postinstall to compile them again`,
      {
        cause: error,
      },
    );
  }
}

/** What the build at install said. */
function readReport(): { detail: string } {
  if (!existsSync(REPORT))
    return {
      detail: 'not built yet: run npm run postinstall with a C compiler (cc, gcc or clang) on the PATH',
    };
  return JSON.parse(readFileSync(REPORT, 'utf8')) as { detail: string };
}
