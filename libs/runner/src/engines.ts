import type { EngineKind } from '@fsad/detector';
import { FsadError } from '@fsad/files';
import { openEngine, type EngineName } from '@fsad/patch-network';
import type { ResolvedEngine } from './registry.ts';

const resolved = new Map<string, Promise<ResolvedEngine>>();

/** There is no such engine, or it does not work here. */
export class EngineError extends FsadError {
  override readonly name = 'EngineError';
  readonly code = 'FSAD_ENGINE';
}

/** The engine that methods of a kind compute with here: what `auto` or a name comes down to. @throws EngineError when it does not work here. */
export function resolveEngine(kind: EngineKind, requested: string): Promise<ResolvedEngine> {
  const id = `${kind}\0${requested}`;
  const known = resolved.get(id) ?? resolve(kind, requested).catch(failed);
  resolved.set(id, known);
  return known;
}

function failed(error: Error): never {
  throw new EngineError(error.message, { cause: error });
}

async function resolve(kind: EngineKind, requested: string): Promise<ResolvedEngine> {
  switch (kind) {
    case 'none':
      return { name: 'none', runtime: requested, instructionSet: null, coreGroup: 1 };
    case 'patches':
      return patchEngine(requested);
    case 'general':
      return generalEngine(requested);
    case 'patches+general': {
      const patches = await patchEngine(requested);
      const general = await generalEngine(patches.runtime);
      return {
        name: `${patches.name}+${general.name}`,
        runtime: patches.runtime,
        instructionSet: `${patches.instructionSet}; ${general.instructionSet}`,
        coreGroup: general.coreGroup === 'all' ? 'all' : patches.coreGroup,
      };
    }
  }
}

/** What runs patch networks. */
async function patchEngine(requested: string): Promise<ResolvedEngine> {
  const engine = await openEngine(requested as EngineName | 'auto', { threads: 1 });
  const { name, instructionSet } = engine;
  await engine.dispose();
  const coreGroup = name === 'tensorflow-gpu' ? 'all' : name === 'tensorflow' ? 4 : 2;
  return { name, runtime: name, instructionSet, coreGroup };
}

/** What runs general networks. */
async function generalEngine(requested: string): Promise<ResolvedEngine> {
  const { openTfjs } = await import('@fsad/tensors/tfjs');
  const { backend, description } = await openTfjs({ engine: requested, gradients: false });
  const [version] = description.split(',');
  if (backend !== 'tensorflow')
    return { name: backend, runtime: backend, instructionSet: version, coreGroup: 1 };
  const name = description.endsWith('GPU') ? 'tensorflow-gpu' : 'tensorflow';
  return { name, runtime: name, instructionSet: version, coreGroup: name === 'tensorflow' ? 2 : 'all' };
}
