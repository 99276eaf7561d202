import * as tf from '@tensorflow/tfjs-core';
import { trainSteps, type FitContext } from '@fsad/detector';
import { randomStream, type Tensor } from '@fsad/tensors';
import { Adam, readVariables, writeVariables } from '@fsad/tensors/tfjs';
import { resolveSteps, type GeomConfig } from './config.ts';
import { transformInto } from './transformations.ts';
import { runWideResNet, type WideResNet } from './wide-residual.ts';

/** Keras's default. */
const EPSILON = 1e-7;

/** Trains `net` to tell which transformation was applied to the images [n, size, size, channels], resumably. */
export async function trainClassifier(
  net: WideResNet,
  config: GeomConfig,
  images: Tensor,
  maps: readonly Int32Array[],
  context: FitContext,
  fingerprint: string,
): Promise<void> {
  const samples = images.shape[0] * maps.length;
  const { batches, steps } = resolveSteps(config, samples);
  const kept = new Map([...net.weights, ...net.statistics]);
  const adam = new Adam(net.weights, {
    learningRate: config.learningRate,
    epsilon: EPSILON,
    weightDecay: 2 * config.l2,
  });
  const orders = epochOrders(context.seed, samples);
  try {
    await trainSteps({
      stage: 'training',
      steps,
      context,
      fingerprint,
      checkpointEvery: 50,
      async step(index) {
        const start = (index % batches) * config.batch;
        const chosen = orders(Math.floor(index / batches)).slice(start, start + config.batch);
        const { pixels, labels } = drawSamples(images, maps, chosen);
        const shape = [chosen.length, ...images.shape.slice(1)] as [number, number, number, number];
        const loss = adam.minimize(() => {
          const { logits } = runWideResNet(net, tf.tensor4d(pixels, shape), { norm: 'update' });
          return crossEntropy(logits, labels);
        });
        return { loss };
      },
      capture: async () => new Map([...(await readVariables(kept)), ...(await adam.exportState())]),
      restore(state) {
        const own = new Map([...state].filter(([name]) => !name.startsWith('adam.')));
        writeVariables(kept, own, 'training checkpoint');
        adam.importState(state, 'training checkpoint');
      },
    });
  } finally {
    adam.dispose();
  }
}

/** The mean cross entropy of logits [n, c] with one label each. */
export function crossEntropy(logits: tf.Tensor2D, labels: Int32Array): tf.Scalar {
  const expected = tf.oneHot(tf.tensor1d(labels, 'int32'), logits.shape[1]);
  const chosen = tf.sum(tf.mul(tf.logSoftmax(logits), expected), 1);
  return tf.neg(tf.mean(chosen));
}

/** Sample s is image floor(s / M) under transformation s mod M. */
function drawSamples(
  { data, shape }: Tensor,
  maps: readonly Int32Array[],
  chosen: readonly number[],
): { pixels: Float32Array; labels: Int32Array } {
  const channels = shape[3];
  const size = maps[0].length * channels;
  const pixels = new Float32Array(chosen.length * size);
  const labels = Int32Array.from(chosen, (sample) => sample % maps.length);
  chosen.forEach((sample, i) => {
    const image = Math.floor(sample / maps.length);
    transformInto(data, image * size, maps[labels[i]], channels, pixels, i * size);
  });
  return { pixels, labels };
}

/** The samples' order in an epoch; the last one asked for is kept. */
function epochOrders(seed: number, samples: number): (epoch: number) => number[] {
  let latest = { epoch: -1, order: [] as number[] };
  return (epoch) => {
    if (latest.epoch !== epoch) {
      latest = { epoch, order: randomStream(seed, `training/epoch/${epoch}/order`).permutation(samples) };
    }
    return latest.order;
  };
}
