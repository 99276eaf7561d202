import { availableParallelism } from 'node:os';
import type { Engine, EngineName, EngineOptions, EngineProbe } from './engine.ts';
import { peakOf } from './kernels/engine.ts';
import { openNative, openNativeHost, probeNative } from './kernels/native.ts';
import { openWasm, openWasmHost, probeWasm } from './kernels/wasm.ts';
import { openReference } from './reference/engine.ts';

/** What `auto` tries, fastest first. */
const FASTEST_FIRST: readonly EngineName[] = ['tensorflow-gpu', 'native', 'tensorflow', 'wasm'];

/**
 * Opens an engine by name; `auto` takes the fastest that works here (never `reference`).
 * @throws Error saying why the engine, or with `auto` every engine, does not work here and what to do.
 * @throws RangeError when `threads` is no positive integer.
 */
export async function openEngine(name: EngineName | 'auto', options: EngineOptions = {}): Promise<Engine> {
  const threads = options.threads ?? availableParallelism();
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`an engine needs a whole number of threads of at least 1, got ${threads}`);
  }
  if (name !== 'auto') return openNamed(name, threads);
  const reasons: string[] = [];
  for (const candidate of FASTEST_FIRST) {
    try {
      return await openNamed(candidate, threads);
    } catch (error) {
      reasons.push(`${candidate}: ${messageOf(error)}`);
    }
  }
  throw new Error(`no engine works here\n${reasons.join('\n')}`);
}

/** Every engine this build knows, and whether it works here; what fails says why and what to do. */
export async function probeEngines(): Promise<EngineProbe[]> {
  const probes: EngineProbe[] = [probeNative(), probeWasm()];
  try {
    probes.push(...(await (await import('./tensorflow/engine.ts')).probeTensorflow()));
  } catch (error) {
    const detail = messageOf(error);
    probes.push(
      { name: 'tensorflow', available: false, detail },
      { name: 'tensorflow-gpu', available: false, detail },
    );
  }
  probes.push({
    name: 'reference',
    available: true,
    detail: 'plain TypeScript in double precision, for tests',
  });
  return probes;
}

/**
 * GFLOP/s a plain convolution loop reaches on one thread, compiled as the engine's kernels are: what shares of the peak refer to. Null for
 * engines whose kernels are not ours.
 */
export async function measurePeak(name: EngineName): Promise<number | null> {
  if (name === 'native') return peakOf(openNativeHost(1));
  return name === 'wasm' ? peakOf(await openWasmHost(1)) : null;
}

async function openNamed(name: EngineName, threads: number): Promise<Engine> {
  switch (name) {
    case 'reference':
      return openReference();
    case 'native':
      return openNative(threads);
    case 'wasm':
      return openWasm(threads);
    case 'tensorflow':
    case 'tensorflow-gpu':
      return (await import('./tensorflow/engine.ts')).openTensorflowEngine(name, { threads });
    default:
      throw new Error(`engine ${String(name)} is not part of this build`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
