import type { Engine, EngineName } from '../src/engine.ts';
import { measurePeak, openEngine, probeEngines } from '../src/open.ts';
import { CASES, type Case } from './cases.ts';
import { Torch } from './torch.ts';

/** One timing. Null where it was not measured. */
export interface BenchRow {
  readonly name: string;
  readonly engine: EngineName;
  readonly instructionSet: string;
  readonly threads: number;
  /** Median over the rounds. */
  readonly seconds: number;
  readonly gflops: number;
  /** Of the threads times what a plain convolution loop reaches on one of them in this run; Winograd's form may pass 1. */
  readonly shareOfPeak: number | null;
  /** PyTorch's seconds over ours at equal threads, in its default layout: median, least and most over interleaved rounds. */
  readonly ratioToPyTorch: number | null;
  readonly ratioSpread: readonly [number, number] | null;
  /** The median ratio to PyTorch's other layout, channels last. */
  readonly ratioToChannelsLast: number | null;
  /** Bytes the process grew by since before the engine was opened. */
  readonly memory: number;
}

export interface BenchResult {
  readonly rows: readonly BenchRow[];
  /** GFLOP/s of the plain loop on one thread, by the engine whose instruction set it was compiled for. */
  readonly peak: Readonly<Partial<Record<EngineName, number>>>;
  readonly torch: string | null;
}

export interface BenchOptions {
  /** Only the comparable step, in few rounds. */
  readonly quick?: boolean;
  readonly threads?: number;
  /** Default: every engine that works here but the reference. */
  readonly engines?: readonly EngineName[];
  /** Only cases whose name contains this. */
  readonly only?: string;
  readonly onRow?: (row: BenchRow) => void;
}

/** Times the networks' steps on every engine, interleaved with PyTorch where a Python with it is found (see `Torch.start`). */
export async function runBench(options: BenchOptions = {}): Promise<BenchResult> {
  const { quick = false, only = '' } = options;
  const rows: BenchRow[] = [];
  const peaks: Partial<Record<EngineName, number>> = {};
  const torch = await Torch.start();
  try {
    for (const name of options.engines ?? (await workingEngines())) {
      const before = process.memoryUsage().rss;
      const engine = await openEngine(name, { threads: options.threads });
      const peak = await measurePeak(name);
      if (peak !== null) peaks[name] = peak;
      for (const each of CASES) {
        if ((quick && !each.quick) || !each.name.includes(only)) continue;
        const row = await time(each, engine, torch, peak ?? peaks.native ?? null, quick ? 3 : 5, before);
        rows.push(row);
        options.onRow?.(row);
      }
      await engine.dispose();
    }
  } finally {
    torch?.stop();
  }
  return { rows, peak: peaks, torch: torch?.version ?? null };
}

async function workingEngines(): Promise<EngineName[]> {
  const probes = await probeEngines();
  return probes.filter(({ name, available }) => available && name !== 'reference').map(({ name }) => name);
}

async function time(
  { name, flops, torch: step, open }: Case,
  engine: Engine,
  torch: Torch | null,
  peak: number | null,
  rounds: number,
  memoryBefore: number,
): Promise<BenchRow> {
  const { run, close } = await open(engine);
  const seconds: number[] = [];
  const ratios: number[] = [];
  const channelsLast: number[] = [];
  await run();
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await run();
    const own = (performance.now() - start) / 1000;
    seconds.push(own);
    if (torch === null || step === null) continue;
    ratios.push((await torch.seconds(step, 'default', engine.threads)) / own);
    channelsLast.push((await torch.seconds(step, 'channels_last', engine.threads)) / own);
  }
  const memory = process.memoryUsage().rss - memoryBefore;
  close();
  const gflops = flops / median(seconds) / 1e9;
  return {
    name,
    engine: engine.name,
    instructionSet: engine.instructionSet,
    threads: engine.threads,
    seconds: median(seconds),
    gflops,
    shareOfPeak: peak === null ? null : gflops / (peak * engine.threads),
    ratioToPyTorch: ratios.length === 0 ? null : median(ratios),
    ratioSpread: ratios.length === 0 ? null : [Math.min(...ratios), Math.max(...ratios)],
    ratioToChannelsLast: channelsLast.length === 0 ? null : median(channelsLast),
    memory,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.trunc(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
