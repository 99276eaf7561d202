import { checkSpec } from '../check.ts';
import type { Engine, EngineName } from '../engine.ts';
import { KernelDiscriminator } from './discriminator.ts';
import { KernelGenerator } from './generator.ts';
import type { KernelHost } from './host.ts';
import { KernelNetwork } from './network.ts';
import { KernelSession } from './session.ts';

/** An engine of our C kernels on the host given. */
export function kernelEngine(name: EngineName, host: KernelHost): Engine {
  const session = new KernelSession(host);
  return {
    name,
    instructionSet: host.instructionSet,
    threads: host.threads,
    async createDiscriminator(spec, state) {
      checkSpec(spec);
      return new KernelDiscriminator(await KernelNetwork.create(session, spec, state));
    },
    async createGenerator(spec, state) {
      checkSpec(spec);
      return new KernelGenerator(await KernelNetwork.create(session, spec, state));
    },
    dispose: () => session.close(),
  };
}
