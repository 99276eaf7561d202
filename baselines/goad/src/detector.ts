import * as tf from '@tensorflow/tfjs-core';
import {
  partOfFit,
  fingerprintFit,
  methodFromRecipe,
  requireTensor,
  type DetectorMethod,
  type FitContext,
  type Score,
} from '@fsad/detector';
import {
  allCopies,
  createWideResNet,
  disposeWideResNet,
  featureCount,
  prepareImages,
  runWideResNet,
  transformationMaps,
  type WideResNet,
} from '@fsad/geom';
import { tensor, type Tensor } from '@fsad/tensors';
import { openTfjs, readVariables, writeVariables, type Tfjs } from '@fsad/tensors/tfjs';
import { presets, schema, type GoadConfig } from './config.ts';
import { anomalyOf } from './score.ts';
import { trainFeatures } from './train.ts';

/** A fitted GOAD: the features' network and the centre of every transformation, [M, d]. */
export interface GoadModel {
  readonly net: WideResNet;
  readonly maps: readonly Int32Array[];
  readonly secondNorm: boolean;
  readonly centres: Float32Array;
}

const identity = { name: 'goad', numericVersion: 1 };

/** GOAD (Bergman and Hoshen 2020): features in which transformed copies gather around their transformation's centre. */
export const method: DetectorMethod<GoadConfig> = methodFromRecipe<GoadConfig, GoadModel, Tfjs>({
  ...identity,
  engine: 'general',
  presets,
  schema,
  fewestSteps: (config) => ({ ...config, epochs: 1, minSteps: 0, maxSteps: 1 }),
  open: openTfjs,

  async fit({ config, backend, channels }, images, context) {
    const fingerprint = fingerprintFit(identity, backend.description, config, context.seed, images);
    const model = createModel(config, channels, context.seed);
    try {
      const pixels = prepareImages(images, config.size);
      const training = { ...context, report: partOfFit(context.report, 0, 0.98) };
      const met = await trainFeatures(model.net, config, pixels, model.maps, training, fingerprint);
      const centres =
        config.centres === 'last-epoch'
          ? met
          : await centresOf(model, pixels, {
              ...context,
              report: partOfFit(context.report, 0.98, 1),
            });
      return { ...model, centres };
    } catch (error) {
      disposeWideResNet(model.net);
      throw error;
    }
  },

  async score({ config }, model, images, signal) {
    const scores: Score[] = [];
    for (const image of images) {
      await breathe(signal);
      const features = featuresOf(model, prepareImages([image], config.size), 0);
      scores.push({ value: anomalyOf(features, model.centres, model.maps.length) });
    }
    return scores;
  },

  async pack({ net, maps, centres }) {
    const tensors = new Map([
      ...(await readVariables(net.weights)),
      ...(await readVariables(net.statistics)),
    ]);
    return { tensors: tensors.set('centres', tensor([maps.length, featureCount(net.shape)], centres)) };
  },

  async unpack({ config, channels }, { tensors }) {
    const model = createModel(config, channels, 0);
    const { net, maps } = model;
    try {
      for (const part of [net.weights, net.statistics]) {
        writeVariables(part, new Map([...tensors].filter(([name]) => part.has(name))), 'saved model');
      }
      const centres = requireTensor(tensors, 'centres', [maps.length, featureCount(net.shape)]).data;
      return { ...model, centres };
    } catch (error) {
      disposeWideResNet(net);
      throw error;
    }
  },

  release: ({ net }) => disposeWideResNet(net),
});

function createModel(config: GoadConfig, channels: 1 | 3, seed: number): GoadModel {
  const { size, depth, widen, stemStride, secondNorm, transformations } = config;
  const maps = transformationMaps(size, size / 4, transformations);
  const shape = {
    depth,
    widen,
    size,
    channels,
    classes: maps.length,
    pooling: 'global',
    stemStride,
  } as const;
  return { net: createWideResNet(shape, seed, 'fan-out'), maps, secondNorm, centres: new Float32Array() };
}

/** Features [M, d] of the transformed copies of image `index`, always forwarded together. */
function featuresOf(
  { net, maps, secondNorm }: GoadModel,
  { data, shape }: Tensor,
  index: number,
): Float32Array {
  const [, size, , channels] = shape;
  const copies = allCopies(data, index * size * size * channels, maps, channels);
  return tf.tidy(() => {
    const batch = tf.tensor4d(copies, [maps.length, size, size, channels]);
    const { features } = runWideResNet(net, batch, { norm: 'running', secondNorm });
    return features.dataSync() as Float32Array;
  });
}

/** The mean features of all training images, with running statistics. */
async function centresOf(
  model: GoadModel,
  images: Tensor,
  { report, signal }: FitContext,
): Promise<Float32Array> {
  const count = images.shape[0];
  const centres = new Float32Array(model.maps.length * featureCount(model.net.shape));
  for (let index = 0; index < count; index++) {
    await breathe(signal);
    featuresOf(model, images, index).forEach((value, i) => (centres[i] += value / count));
    report({ type: 'progress', stage: 'centres', done: index + 1, total: count });
  }
  return centres;
}

async function breathe(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
