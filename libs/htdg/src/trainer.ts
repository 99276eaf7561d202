import { Hierarchy, type GeneratorScale } from '@fsad/generator';
import { DivergedError, partOfFit, type DetectorEvent } from '@fsad/detector';
import {
  initialState,
  type DiscriminatorNetwork,
  type Engine,
  type GeneratorNetwork,
  type NetworkSpec,
  type NetworkState,
} from '@fsad/patch-network';
import { upsampleTo } from '@fsad/pyramid';
import type { Tensor } from '@fsad/tensors';
import type { HtdgConfig } from './config.ts';
import type { KeptStates, LossRow, ScaleCheckpoint, TrainedScale, TrainingStore } from './model.ts';
import type { NoiseSource } from './noise.ts';
import { planScales, pyramidOf, type ScalePlan } from './scales.ts';
import { prepareScale, type IterationLosses } from './train-scale.ts';

/** What a training needs beside the images. */
export interface TrainingRun {
  readonly engine: Engine;
  readonly config: HtdgConfig;
  readonly colour: 'grey' | 'rgb';
  readonly noise: NoiseSource;
  /** x^0 .. x^N of the k images, [k, S, S, 3] each. */
  readonly pyramid: readonly Tensor[];
  readonly report: (event: DetectorEvent) => void;
  readonly signal?: AbortSignal;
  /** Iterations after which each scale's discriminator is kept beside the last one. */
  readonly keepAfter?: readonly number[];
  /** Without a store nothing survives an interruption. */
  readonly store?: TrainingStore;
}

/**
 * Trains scale after scale, coarsest first (Sec. 3.1): finished ones are taken from the store, an unfinished one continues at its checkpoint.
 * The same run, cut anywhere and continued, gives the same bits.
 * @throws the signal's reason once the unfinished iteration is abandoned and the last copy of finished ones, at most a second old, is stored;
 * DivergedError when a loss is not finite.
 */
export async function trainScales(run: TrainingRun): Promise<TrainedScale[]> {
  const plans = planScales(run.config, run.colour);
  const finished: TrainedScale[] = [];
  const lower: GeneratorScale[] = [];
  try {
    for (const [n, plan] of plans.entries()) {
      run.signal?.throwIfAborted();
      const scale = (await run.store?.finishedScale(n)) ?? (await trainOne(run, plans, n, finished, lower));
      finished.push(scale);
      if (scale.generator && n + 1 < plans.length) lower.push(await openGenerator(run.engine, plan, scale));
    }
    return finished;
  } finally {
    for (const { network } of lower) network.dispose();
  }
}

/** A finished scale's generator, ready to sample. */
export async function openGenerator(
  engine: Engine,
  plan: ScalePlan,
  scale: TrainedScale,
): Promise<GeneratorScale> {
  if (!plan.generator || !scale.generator) throw new Error('this model has no generator');
  const { state, amplitudes, fixedNoise } = scale.generator;
  return {
    side: plan.side,
    network: await engine.createGenerator(plan.generator, state),
    amplitudes,
    fixedNoise,
  };
}

/** The generators of finished scales as one hierarchy. */
export function hierarchyOf(config: HtdgConfig, scales: readonly GeneratorScale[]): Hierarchy {
  const settings = { indexStart: config.indexStart };
  const pyramid = pyramidOf(config);
  return new Hierarchy(scales, settings, (image, toScale) => upsampleTo(image, toScale, pyramid));
}

async function trainOne(
  run: TrainingRun,
  plans: readonly ScalePlan[],
  n: number,
  finished: readonly TrainedScale[],
  lowerScales: readonly GeneratorScale[],
): Promise<TrainedScale> {
  const { config, noise, store } = run;
  const plan = plans[n];
  const lower = hierarchyOf(config, lowerScales);
  const found = await store?.checkpoint();
  const start = found?.n === n ? found : null;
  const networks = await openNetworks(run, plan, n, start, finished[n - 1]);
  try {
    const { generator, discriminator } = networks;
    const iterations = config.training.iterations[run.colour];
    const { trained, iterate } = prepareScale({
      n,
      real: run.pyramid[n],
      lower,
      lowerReconstruction: n > 0 && generator ? lower.upsample((await lower.reconstruct())[n - 1], n) : null,
      generator,
      discriminator,
      task: plan.task,
      noise,
      config,
      iterations,
    });
    const { losses, kept } = await runIterations(run, plans, n, networks, start, iterations, iterate);
    const scale: TrainedScale = {
      side: plan.side,
      discriminator: learned(await discriminator.exportState()),
      generator: trained && {
        state: learned(await trained.network.exportState()),
        amplitudes: trained.amplitudes,
        fixedNoise: trained.fixedNoise,
      },
      losses,
      kept,
    };
    await store?.saveScale(n, scale);
    return scale;
  } finally {
    networks.discriminator.dispose();
    networks.generator?.dispose();
  }
}

/** The networks of scale n: as the checkpoint has them, else as the scale below left them (warm start), else fresh. */
async function openNetworks(
  { engine, config, noise }: TrainingRun,
  plan: ScalePlan,
  n: number,
  start: ScaleCheckpoint | null,
  below: TrainedScale | undefined,
): Promise<Networks> {
  const { warmStart, widths } = config.network;
  const from = below && warmStart && widths[n] === widths[n - 1] ? below : null;
  const fresh = (spec: NetworkSpec, which: string): NetworkState =>
    initialState(spec, (name) => noise.stream(`scale/${n}/initial/${which}/${name}`));
  const discriminator = await engine.createDiscriminator(
    plan.discriminator,
    start?.discriminator ?? from?.discriminator ?? fresh(plan.discriminator, 'discriminator'),
  );
  if (!plan.generator) return { discriminator, generator: null };
  const state = start?.generator ?? from?.generator?.state ?? fresh(plan.generator, 'generator');
  return { discriminator, generator: await engine.createGenerator(plan.generator, state) };
}

interface Networks {
  readonly generator: GeneratorNetwork | null;
  readonly discriminator: DiscriminatorNetwork;
}

async function runIterations(
  run: TrainingRun,
  plans: readonly ScalePlan[],
  n: number,
  networks: Networks,
  start: ScaleCheckpoint | null,
  iterations: number,
  iterate: (iteration: number, signal?: AbortSignal) => Promise<IterationLosses>,
): Promise<{ losses: LossRow[]; kept: KeptStates }> {
  const { store, signal } = run;
  const side = plans[n].side;
  const report = partOfFit(run.report, shareBefore(plans, n), shareBefore(plans, n + 1));
  const stage = `scale ${n + 1} of ${plans.length} (${side} px)`;
  const losses: LossRow[] = start ? [...start.losses] : [];
  const kept = new Map(start?.kept);
  let latest: ScaleCheckpoint | null = start;
  let takenAt = -Infinity;
  const take = async (): Promise<void> => {
    latest = {
      n,
      generator: (await networks.generator?.exportState()) ?? null,
      discriminator: await networks.discriminator.exportState(),
      kept: new Map(kept),
      losses: [...losses],
    };
    takenAt = performance.now();
  };
  let savedAt = performance.now();
  let saving: Promise<void> = Promise.resolve();
  const save = (): Promise<void> => {
    const checkpoint = latest;
    savedAt = performance.now();
    if (checkpoint) saving = saving.then(() => store?.saveCheckpoint(checkpoint));
    return saving;
  };
  // Written the moment the signal comes: a step of many images may outlast the caller's patience.
  const onAbort = (): void => void save().catch(() => undefined);
  signal?.addEventListener('abort', onAbort);
  try {
    report({ type: 'progress', stage, done: losses.length, total: iterations });
    for (let iteration = losses.length; iteration < iterations; iteration++) {
      signal?.throwIfAborted();
      const taken = await iterate(iteration, signal);
      const row = meanLosses(taken);
      for (const name of Object.keys(row) as (keyof LossRow)[]) {
        const value = row[name];
        if (taken[name].length === 0) continue;
        if (!Number.isFinite(value)) {
          throw new DivergedError(
            `scale ${n + 1}: the ${name} loss is ${value} at iteration ${iteration}; training diverged`,
          );
        }
        report({ type: 'metric', name: `scale/${n}/${name}`, step: iteration, value });
      }
      losses.push(row);
      if (run.keepAfter?.includes(losses.length)) {
        kept.set(losses.length, learned(await networks.discriminator.exportState()));
      }
      report({ type: 'progress', stage, done: losses.length, total: iterations });
      const since = (past: number): number => performance.now() - past;
      const due = (signal?.aborted ?? false) || (since(savedAt) >= saveEveryMs && losses.length < iterations);
      if (store && (due || since(takenAt) >= takeEveryMs)) await take();
      if (due) await save();
    }
    await saving;
    return { losses, kept };
  } catch (error) {
    await saving.catch(() => undefined);
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The share of the work in the scales before scale n, by their pixels and weights. */
function shareBefore(plans: readonly ScalePlan[], n: number): number {
  const work = plans.map(({ side, discriminator: { width } }) => (side * width) ** 2);
  const sum = (some: readonly number[]): number => some.reduce((a, b) => a + b, 0);
  return sum(work.slice(0, n)) / sum(work);
}

/**
 * A signal amid an iteration costs what came after the last copy of the networks, an end without one what came after the last checkpoint. Copies of every iteration
 * would keep the garbage collector busy.
 */
const takeEveryMs = 1000;
const saveEveryMs = 5000;

function meanLosses(losses: IterationLosses): LossRow {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    real: mean(losses.real),
    fake: mean(losses.fake),
    adversarial: mean(losses.adversarial),
    reconstruction: mean(losses.reconstruction),
  };
}

/** A network's state without Adam's moments. */
function learned(state: NetworkState): NetworkState {
  return new Map([...state].filter(([name]) => !name.startsWith('adam.')));
}
