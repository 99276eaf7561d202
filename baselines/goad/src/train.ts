import * as tf from '@tensorflow/tfjs-core';
import { trainSteps, type FitContext } from '@fsad/detector';
import {
  allCopies,
  crossEntropy,
  featureCount,
  resolveSteps,
  runWideResNet,
  type WideResNet,
} from '@fsad/geom';
import { randomStream, tensor, type Tensor } from '@fsad/tensors';
import { Adam, readVariables, writeVariables } from '@fsad/tensors/tfjs';
import type { GoadConfig } from './config.ts';
import { tripletTerms } from './loss.ts';

/**
 * Trains `net` on cross entropy, triplet loss and small features of images [n, size, size, channels], resumably.
 * @returns the mean features [M, d] met in the last epoch.
 */
export async function trainFeatures(
  net: WideResNet,
  config: GoadConfig,
  pixels: Tensor,
  maps: readonly Int32Array[],
  context: FitContext,
  fingerprint: string,
): Promise<Float32Array> {
  const count = pixels.shape[0];
  const { batches, steps } = resolveSteps(config, count);
  const trained = new Map(
    [...net.weights].filter(([name]) => config.secondNorm || !name.includes('/norm2/')),
  );
  const kept = new Map([...net.weights, ...net.statistics]);
  const adam = new Adam(trained, { learningRate: config.learningRate });
  const met = new Float32Array(maps.length * featureCount(net.shape));
  const chosenAt = (index: number): number[] => chooseImages(config, count, batches, index, context.seed);
  const lastEpoch = Math.floor((steps - 1) / batches);
  try {
    await trainSteps({
      stage: 'training',
      steps,
      context,
      fingerprint,
      checkpointEvery: 50,
      async step(index) {
        const epoch = Math.floor(index / batches);
        const frozen = config.normEpochs !== null && epoch >= config.normEpochs;
        const chosen = chosenAt(index);
        const losses = { crossEntropy: 0, triplet: 0 };
        const loss = adam.minimize(() => {
          const { features, logits } = runWideResNet(net, copiesOf(pixels, chosen, maps), {
            norm: frozen ? 'running' : 'update',
            secondNorm: config.secondNorm,
          });
          if (epoch === lastEpoch) addUp(features.dataSync() as Float32Array, met);
          const labels = Int32Array.from({ length: chosen.length * maps.length }, (_, i) => i % maps.length);
          const classified = crossEntropy(logits, labels);
          const stacked = tf.reshape(features, [chosen.length, maps.length, -1]) as tf.Tensor3D;
          const triplet = tf.mean(tripletTerms(stacked, config.margin));
          losses.crossEntropy = classified.dataSync()[0];
          losses.triplet = triplet.dataSync()[0];
          const small = tf.mul(tf.mean(tf.square(features)), config.featureWeight);
          return tf.addN([classified, tf.mul(triplet, config.tripletWeight), small]) as tf.Scalar;
        });
        return { loss, ...losses };
      },
      async capture() {
        const state = new Map([...(await readVariables(kept)), ...(await adam.exportState())]);
        return state.set('met', tensor([met.length], met.slice()));
      },
      restore(state) {
        const own = new Map([...state].filter(([name]) => kept.has(name)));
        writeVariables(kept, own, 'training checkpoint');
        adam.importState(state, 'training checkpoint');
        met.set(state.get('met')!.data);
      },
    });
  } finally {
    adam.dispose();
  }
  let images = 0;
  for (let index = lastEpoch * batches; index < steps; index++) images += chosenAt(index).length;
  return met.map((value) => value / images);
}

/** The images of a step: pieces of a shuffled epoch, or with `fullBatches` a fresh draw. */
function chooseImages(
  { batch, fullBatches }: GoadConfig,
  count: number,
  batches: number,
  index: number,
  seed: number,
): number[] {
  if (fullBatches) return randomStream(seed, `training/step/${index}`).permutation(count).slice(0, batch);
  const order = randomStream(seed, `training/epoch/${Math.floor(index / batches)}/order`).permutation(count);
  const start = (index % batches) * batch;
  return order.slice(start, start + batch);
}

/** All transformed copies [b M, size, size, channels] of the chosen images, one image after another. */
function copiesOf(
  { data, shape }: Tensor,
  chosen: readonly number[],
  maps: readonly Int32Array[],
): tf.Tensor4D {
  const [, size, , channels] = shape;
  const length = maps.length * size * size * channels;
  const copies = new Float32Array(chosen.length * length);
  chosen.forEach((image, i) =>
    copies.set(allCopies(data, image * size * size * channels, maps, channels), i * length),
  );
  return tf.tensor4d(copies, [chosen.length * maps.length, size, size, channels]);
}

function addUp(features: Float32Array, into: Float32Array): void {
  for (let i = 0; i < features.length; i++) into[i % into.length] += features[i];
}
