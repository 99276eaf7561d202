import * as tf from '@tensorflow/tfjs-core';
import { trainSteps, type FitContext } from '@fsad/detector';
import { randomStream, tensor, type Tensor } from '@fsad/tensors';
import { Adam, readVariables, writeVariables, type Variables } from '@fsad/tensors/tfjs';
import type { Network } from './network.ts';
import { resolveSchedule, type Schedule } from './config.ts';

/** One of the two trainings of Deep SVDD, over whole images [n, h, w, c] that stay the caller's. */
export interface Phase {
  readonly name: 'pretraining' | 'training';
  readonly schedule: Schedule;
  readonly batch: number;
  readonly networks: Readonly<Record<string, Network>>;
  loss(batch: tf.Tensor4D): tf.Scalar;
  /** Called after each step with the epoch it belonged to. */
  afterStep?(epoch: number): void;
  /** Numbers besides weights and statistics that the next step depends on. */
  readonly extra?: { get(): number; set(value: number): void };
}

/** Runs a phase to its end, resumably. Optimises every weight of its networks with Adam; leaves no tensors. */
export async function runPhase(
  phase: Phase,
  images: tf.Tensor4D,
  context: FitContext,
  fingerprint: string,
): Promise<void> {
  const { name, schedule, batch, extra } = phase;
  const count = images.shape[0];
  const { steps, batches, rate } = resolveSchedule(schedule, count, batch);
  const weights = merged(phase.networks, (network) => network.weights);
  const kept = new Map([
    ...weights,
    ...merged(phase.networks, (network) => network.statistics, 'statistics/'),
  ]);
  const adam = new Adam(weights, { learningRate: rate(0), weightDecay: schedule.weightDecay });
  try {
    await trainSteps({
      stage: name,
      steps,
      context,
      fingerprint,
      checkpointEvery: 50,
      async step(index) {
        const epoch = Math.floor(index / batches);
        adam.learningRate = rate(index);
        const loss = adam.minimize(() => phase.loss(pickBatch(images, batch, index, context.seed, name)));
        phase.afterStep?.(epoch);
        return { loss };
      },
      async capture() {
        const state = new Map<string, Tensor>([
          ...(await readVariables(kept)),
          ...(await adam.exportState()),
        ]);
        return extra ? state.set('extra', tensor([1], Float32Array.of(extra.get()))) : state;
      },
      restore(state) {
        const own = new Map([...state].filter(([key]) => !key.startsWith('adam.') && key !== 'extra'));
        writeVariables(kept, own, `${name} checkpoint`);
        adam.importState(state, `${name} checkpoint`);
        const value = state.get('extra');
        if (value) extra?.set(value.data[0]);
      },
    });
  } finally {
    adam.dispose();
  }
}

/** Batch `step` of the images in an order shuffled for every epoch; all of them where one batch holds them. */
function pickBatch(
  images: tf.Tensor4D,
  batch: number,
  step: number,
  seed: number,
  name: string,
): tf.Tensor4D {
  const count = images.shape[0];
  if (count <= batch) return images;
  const batches = Math.ceil(count / batch);
  const order = randomStream(seed, `${name}/epoch/${Math.floor(step / batches)}/order`).permutation(count);
  const start = (step % batches) * batch;
  return tf.gather(images, order.slice(start, start + batch));
}

function merged(
  networks: Readonly<Record<string, Network>>,
  part: (network: Network) => Variables,
  prefix = '',
): Map<string, tf.Variable> {
  const all = new Map<string, tf.Variable>();
  for (const [name, network] of Object.entries(networks)) {
    for (const [key, variable] of part(network)) all.set(`${prefix}${name}/${key}`, variable);
  }
  return all;
}
