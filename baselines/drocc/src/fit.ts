import * as tf from '@tensorflow/tfjs-core';
import { fingerprintFit, trainSteps, unitPixels, type FitContext, type Task } from '@fsad/detector';
import { disposeNetwork, type Network } from '@fsad/deep-svdd';
import type { Image } from '@fsad/images';
import { randomStream } from '@fsad/tensors';
import { Adam, readVariables, writeVariables, type Tfjs } from '@fsad/tensors/tfjs';
import { rateAt, resolveRadius, type DroccConfig } from './config.ts';
import { adversarialPoints, crossEntropy, type Search } from './loss.ts';
import { classifierShape, classify, createClassifier, type ClassifierShape } from './network.ts';

/** A fitted DROCC. */
export interface DroccModel {
  readonly shape: ClassifierShape;
  readonly network: Network;
}

/** Mean and standard deviation of each channel, as published for CIFAR10 and MNIST. */
const published = {
  grey: { mean: [0.1307], deviation: [0.3081] },
  rgb: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.243, 0.261] },
};

/** Trains the classifier to tell the images from adversarial points around them. */
export async function fitDrocc(
  identity: { readonly name: string; readonly numericVersion: number },
  { config, backend, channels }: Task<DroccConfig, Tfjs>,
  images: readonly Image[],
  context: FitContext,
): Promise<DroccModel> {
  const colour = channels === 1 ? 'grey' : 'rgb';
  const shape = classifierShape(channels, config.size[colour]);
  const network = createClassifier(shape, context.seed);
  const inputs = standardised(images, shape);
  const adam = new Adam(network.weights, { learningRate: config.learningRate });
  const kept = new Map([...network.weights, ...network.statistics]);
  const batches = Math.ceil(images.length / config.batch);
  const steps = Math.max(config.epochs * batches, config.minSteps);
  const search: Search = {
    radius: resolveRadius(config.radius[colour], shape.encoder.size, channels),
    gamma: config.gamma,
    steps: config.ascentSteps,
    rate: config.ascentRate,
  };
  try {
    await trainSteps({
      stage: 'training',
      steps,
      context,
      fingerprint: fingerprintFit(identity, backend.description, config, context.seed, images),
      checkpointEvery: 10,
      async step(index) {
        adam.learningRate = rateAt(
          Math.floor((index * config.epochs) / steps),
          config.epochs,
          config.learningRate,
        );
        return tf.tidy(() => {
          const batch = pickBatch(inputs, config.batch, index, context.seed);
          const noise = randomStream(context.seed, `step/${index}/noise`).normal(batch.size);
          const start = tf.add(batch, tf.tensor4d(noise, batch.shape)) as tf.Tensor4D;
          return trainOn(batch, start, { shape, network }, adam, search, config);
        });
      },
      capture: async () => new Map([...(await readVariables(kept)), ...(await adam.exportState())]),
      restore(state) {
        const own = new Map([...state].filter(([name]) => !name.startsWith('adam.')));
        writeVariables(kept, own, 'checkpoint');
        adam.importState(state, 'checkpoint');
      },
    });
  } catch (error) {
    disposeNetwork(network);
    throw error;
  } finally {
    tf.dispose(inputs);
    adam.dispose();
  }
  return { shape, network };
}

/** One step: search, then cross entropy of the images towards 1 and of the adversarial points towards 0. */
function trainOn(
  batch: tf.Tensor4D,
  start: tf.Tensor4D,
  { shape, network }: DroccModel,
  adam: Adam,
  search: Search,
  { lambda, statistics }: DroccConfig,
): { loss: number } {
  const all = statistics === 'all-passes';
  // The published order of the updates is clean pass, search, adversarial pass: the clean one is nearly forgotten.
  if (all) classify(shape, network, batch, 'update');
  const logits = (points: tf.Tensor4D): tf.Tensor2D =>
    classify(shape, network, points, all ? 'update' : 'batch');
  const points = adversarialPoints(batch, start, search, logits);
  const loss = adam.minimize(() => {
    const normal = crossEntropy(classify(shape, network, batch, all ? 'batch' : 'update'), 1);
    return tf.add(normal, tf.mul(crossEntropy(logits(points), 0), lambda));
  });
  return { loss };
}

/** Images as the classifier takes them, channels standardised. */
export function standardised(images: readonly Image[], { encoder }: ClassifierShape): tf.Tensor4D {
  const { mean, deviation } = published[encoder.channels === 1 ? 'grey' : 'rgb'];
  const { data, shape } = unitPixels(images, encoder.size, 'bilinear');
  const values = data.map((value, i) => (value - mean[i % mean.length]) / deviation[i % mean.length]);
  return tf.tensor4d(values, shape as [number, number, number, number]);
}

function pickBatch(images: tf.Tensor4D, batch: number, step: number, seed: number): tf.Tensor4D {
  const count = images.shape[0];
  if (count <= batch) return images;
  const batches = Math.ceil(count / batch);
  const order = randomStream(seed, `epoch/${Math.floor(step / batches)}/order`).permutation(count);
  const start = (step % batches) * batch;
  return tf.gather(images, order.slice(start, start + batch));
}
