import { takeSpec } from '../check.ts';
import type { Engine, EngineName } from '../engine.ts';
import { KernelDiscriminator } from './discriminator.ts';
import { KernelGenerator } from './generator.ts';
import { Call, type KernelHost } from './host.ts';
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
      return new KernelDiscriminator(await KernelNetwork.create(session, takeSpec(spec), state));
    },
    async createGenerator(spec, state) {
      return new KernelGenerator(await KernelNetwork.create(session, takeSpec(spec), state));
    },
    dispose: () => session.close(),
  };
}

const PEAK_REPETITIONS = 4000;
const PEAK_FLOPS = 2 * 9 * 32 * 32 * 60;

/** GFLOP/s the plain convolution loop of native/peak.h reaches on one thread of the host, which it closes. */
export async function peakOf(host: KernelHost): Promise<number> {
  let best = 0;
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    await host.run(Call.peak, PEAK_REPETITIONS);
    best = Math.max(best, (PEAK_REPETITIONS * PEAK_FLOPS) / (performance.now() - start) / 1e6);
  }
  await host.close();
  return best;
}
