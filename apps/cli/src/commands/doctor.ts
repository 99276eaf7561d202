import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Argv, CommandModule } from 'yargs';
import { DECODER } from '@fsad/images';
import { measureEngine, openEngine, probeEngines, type EngineProbe } from '@fsad/patch-network';
import { threadsOf } from '../options.ts';

function builder(argv: Argv) {
  return argv
    .option('threads', { type: 'number', describe: 'Threads to measure with; all cores unless given' })
    .option('measure', { type: 'boolean', default: true, describe: 'Measure the speed of every engine' })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .example('$0 doctor', 'engines, their speed, and what to do for a faster one');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

interface Finding extends EngineProbe {
  readonly secondsPerStep: number | null;
  readonly gflopsPerCore: number | null;
}

/** `fsad doctor`: what this machine computes with. */
export const doctor: CommandModule<object, Arguments> = {
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(argv) {
    const threads = threadsOf(argv.threads);
    const engines: Finding[] = [];
    for (const probe of await probeEngines()) {
      const measured =
        argv.measure && probe.available && probe.name !== 'reference' ? await measure(probe, threads) : null;
      engines.push({
        ...probe,
        secondsPerStep: measured?.seconds ?? null,
        gflopsPerCore: measured?.gflopsPerCore ?? null,
      });
    }
    const [cpu] = cpus();
    const machine = {
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      cpu: cpu?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memory: totalmem(),
      decoder: DECODER,
    };
    if (argv.json) process.stdout.write(`${JSON.stringify({ machine, threads, engines }, null, 2)}\n`);
    else process.stdout.write(describe(machine, threads, engines));
  },
};

async function measure({ name }: EngineProbe, threads: number) {
  const engine = await openEngine(name, { threads });
  try {
    return await measureEngine(engine);
  } finally {
    await engine.dispose();
  }
}

function describe(
  machine: { node: string; platform: string; cpu: string; cores: number; memory: number; decoder: string },
  threads: number,
  engines: readonly Finding[],
): string {
  const lines = [
    `Node ${machine.node} on ${machine.platform}, ${machine.cpu}, ${machine.cores} cores, ${(machine.memory / 2 ** 30).toFixed(0)} GiB`,
    `pictures are decoded by ${machine.decoder}`,
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

function advice(engines: readonly Finding[]): string[] {
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
