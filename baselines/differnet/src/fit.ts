import * as tf from '@tensorflow/tfjs-core';
import { fingerprintFit, trainSteps, type FitContext } from '@fsad/detector';
import { resizeImage, withChannels, type Image } from '@fsad/images';
import { randomStream, type Tensor } from '@fsad/tensors';
import {
  Adam,
  createVariables,
  disposeVariables,
  readVariables,
  writeVariables,
  type Variables,
} from '@fsad/tensors/tfjs';
import type { DifferNetConfig } from './config.ts';
import type { FeatureNetwork } from './features.ts';
import { initialFlow, runFlow, type FlowShape } from './flow.ts';
import { likelihoodLoss } from './loss.ts';
import { anglesOf, reduce, rotate } from './rotate.ts';

/** A fitted DifferNet. The feature network and the flow's variables are its own. */
export interface DifferNetModel {
  readonly shape: FlowShape;
  readonly features: FeatureNetwork;
  readonly flow: Variables;
  /** Every image is scored at these, in degrees. */
  readonly angles: readonly number[];
}

/** What a fit's checkpoints belong to. */
export interface Identity {
  readonly name: string;
  readonly numericVersion: number;
  /** Digest of the feature weights. */
  readonly features: string;
}

/** A network that is fitted or still to be: features given, flow as initialised by `seed`. */
export function createModel(config: DifferNetConfig, features: FeatureNetwork, seed: number): DifferNetModel {
  const { blocks, hidden, clamp } = config;
  const shape = { dimensions: features.count * config.scales, blocks, hidden, clamp };
  return {
    shape,
    features,
    flow: createVariables(initialFlow(shape, seed)),
    angles: anglesOf(config.scoring, seed, 'scoring/angles'),
  };
}

/** Trains the flow to give the features of turned images a high likelihood; the features stay as they are. */
export async function trainFlow(
  identity: Identity,
  engine: string,
  config: DifferNetConfig,
  model: DifferNetModel,
  images: readonly Image[],
  context: FitContext,
): Promise<void> {
  const { learningRate, weightDecay, training, batch, epochs } = config;
  const adam = new Adam(model.flow, { learningRate, weightDecay, beta1: 0.8, beta2: 0.8, epsilon: 1e-4 });
  const batches = Math.ceil(images.length / batch);
  const featuresAt = cachedFeatures(config, model, images);
  try {
    await trainSteps({
      stage: 'training',
      steps: epochs * batches,
      context,
      fingerprint: fingerprintFit(identity, engine, [config, identity.features], context.seed, images),
      checkpointEvery: 48,
      async step(index) {
        const order = randomStream(context.seed, `epoch/${Math.floor(index / batches)}/order`);
        const start = (index % batches) * batch;
        const chosen = order.permutation(images.length).slice(start, start + batch);
        const vectors = chosen.flatMap((image) => {
          const angles = anglesOf(training, context.seed, `step/${index}/image/${image}/angles`);
          return angles.map((angle) => featuresAt(image, angle));
        });
        const loss = adam.minimize(() => {
          const input = tf.tensor2d(vectors, [vectors.length, model.shape.dimensions]);
          return likelihoodLoss(runFlow(model.shape, model.flow, input));
        });
        return { loss };
      },
      capture: async () => new Map([...(await readVariables(model.flow)), ...(await adam.exportState())]),
      restore(state) {
        const own = new Map([...state].filter(([name]) => !name.startsWith('adam.')));
        writeVariables(model.flow, own, 'checkpoint');
        adam.importState(state, 'checkpoint');
      },
    });
  } finally {
    adam.dispose();
  }
}

/** Latent vectors, one after the other, of an image turned to each of the model's angles. */
export function latentVectors(config: DifferNetConfig, model: DifferNetModel, image: Image): Float32Array {
  return tf.tidy(() => {
    const features = featuresOf(config, model, image, model.angles);
    return runFlow(model.shape, model.flow, features).z.dataSync() as Float32Array;
  });
}

/** Features [angles, d] of an image turned to each angle: scale by scale, largest first. */
function featuresOf(
  config: DifferNetConfig,
  model: DifferNetModel,
  image: Image,
  angles: readonly number[],
): tf.Tensor2D {
  const parts = pixelsAtScales(config, model, image, angles).map((pixels) =>
    model.features.run(toTfjs(pixels)),
  );
  return tf.concat(parts, 1);
}

/** The pixels of an image turned to each angle, at each scale, as the network takes them. */
function pixelsAtScales(
  { size, scales }: DifferNetConfig,
  model: DifferNetModel,
  image: Image,
  angles: readonly number[],
): Tensor[] {
  const square = resizeImage(withChannels(image, 3), size, size, 'bilinear');
  const pixels = model.features.pixels(angles.map((angle) => rotate(square, angle)));
  return Array.from({ length: scales }, (_, scale) => reduce(pixels, 2 ** scale));
}

/** The gradient of the negative log-likelihood with respect to the pixels of an image turned to one angle, at each scale. */
export function gradientsAtScales(
  config: DifferNetConfig,
  model: DifferNetModel,
  image: Image,
  angle: number,
): Float32Array[] {
  return tf.tidy(() => {
    const pixels = pixelsAtScales(config, model, image, [angle]).map(toTfjs);
    const loss = (...scales: tf.Tensor[]): tf.Scalar => {
      const features = scales.map((scale) => model.features.run(scale as tf.Tensor4D));
      return likelihoodLoss(runFlow(model.shape, model.flow, tf.concat(features, 1)));
    };
    return tf
      .grads(loss)(pixels)
      .map((gradient) => gradient.dataSync() as Float32Array);
  });
}

/** Features of image `i` at an angle; kept for evenly spaced angles, which come again at every step. */
function cachedFeatures(
  config: DifferNetConfig,
  model: DifferNetModel,
  images: readonly Image[],
): (image: number, angle: number) => number[] {
  const cache = new Map<string, number[]>();
  return (image, angle) => {
    const key = `${image}/${angle}`;
    const found = cache.get(key);
    if (found) return found;
    const features = tf.tidy(() => [...featuresOf(config, model, images[image], [angle]).dataSync()]);
    if (config.training.angles === 'even') cache.set(key, features);
    return features;
  };
}

export function disposeModel({ features, flow }: DifferNetModel): void {
  features.dispose();
  disposeVariables(flow);
}

function toTfjs({ shape, data }: Tensor): tf.Tensor4D {
  return tf.tensor4d(data, shape as [number, number, number, number]);
}
