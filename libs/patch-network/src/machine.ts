import { availableParallelism, cpus, totalmem } from 'node:os';
import type { EngineProbe } from './engine.ts';
import { measureEngine } from './measure.ts';
import { openEngine, probeEngines } from './open.ts';

/** An engine, whether it works here, and how fast. */
export interface EngineFinding extends EngineProbe {
  readonly secondsPerStep: number | null;
  readonly gflopsPerCore: number | null;
}

/** A machine as far as it matters to what computes. */
export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
}

/** This machine. */
export function thisMachine(): Machine {
  const [cpu] = cpus();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
  };
}

/** Every engine there is, and the speed of those that work here unless it is not to be measured. */
export async function findEngines(threads: number, measured: boolean): Promise<EngineFinding[]> {
  const engines: EngineFinding[] = [];
  for (const probe of await probeEngines()) {
    const speed =
      measured && probe.available && probe.name !== 'reference' ? await measure(probe, threads) : null;
    engines.push({
      ...probe,
      secondsPerStep: speed?.seconds ?? null,
      gflopsPerCore: speed?.gflopsPerCore ?? null,
    });
  }
  return engines;
}

async function measure({ name }: EngineProbe, threads: number) {
  const engine = await openEngine(name, { threads });
  try {
    return await measureEngine(engine);
  } finally {
    await engine.dispose();
  }
}

/** Machine and engines for a reader, with what to do for a faster one. @param decoder of pictures. */
export function machineText(
  machine: Machine,
  decoder: string,
  threads: number,
  engines: readonly EngineFinding[],
): string {
  const lines = [
    `Node ${machine.node} on ${machine.platform}, ${machine.cpu}, ${machine.cores} cores, ${(machine.memory / 2 ** 30).toFixed(0)} GiB`,
    `pictures are decoded by ${decoder}`,
    '',
    `engines (a discriminator step of 54 x 64 x 64, width 32, on ${threads} ${threads === 1 ? 'thread' : 'threads'}):`,
  ];
  for (const { name, available, detail, secondsPerStep, gflopsPerCore } of engines) {
    const speed =
      secondsPerStep === null || gflopsPerCore === null
        ? ''
        : `${secondsPerStep.toFixed(2)} s, ${gflopsPerCore.toFixed(0)} GFLOP/s a core; `;
    lines.push(`  ${available ? 'yes' : 'no '} ${name.padEnd(15)} ${speed}${detail}`);
  }
  const best = engines
    .filter(({ gflopsPerCore }) => gflopsPerCore !== null)
    .sort((a, b) => b.gflopsPerCore! - a.gflopsPerCore!)[0];
  if (best) lines.push('', `fastest here: ${best.name}`);
  lines.push(...advice(engines));
  return `${lines.join('\n')}\n`;
}

function advice(engines: readonly EngineFinding[]): string[] {
  const missing = (name: string): boolean =>
    engines.some((engine) => engine.name === name && !engine.available);
  return [
    ...(missing('native')
      ? ['for `native`: install a C compiler (cc), then npm run postinstall in the project']
      : []),
    ...(missing('tensorflow')
      ? ['for `tensorflow`: npm run engine:tensorflow (needs Python and a C++ compiler)']
      : []),
    ...(missing('tensorflow-gpu')
      ? ['for `tensorflow-gpu` on an NVIDIA GPU: npm run engine:tensorflow-gpu']
      : []),
  ];
}
