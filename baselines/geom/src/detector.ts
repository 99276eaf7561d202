import * as tf from '@tensorflow/tfjs-core';
import {
  partOfFit,
  fingerprintFit,
  methodFromRecipe,
  requireTensor,
  type DetectorMethod,
  type FitContext,
  type Recipe,
  type Score,
} from '@fsad/detector';
import { randomStream, tensor, type Tensor } from '@fsad/tensors';
import { openTfjs, readVariables, writeVariables, type Tfjs } from '@fsad/tensors/tfjs';
import { presets, schema, type GeomConfig } from './config.ts';
import { dirichletScore, fitDirichlet, logarithms } from './dirichlet.ts';
import { prepareImages } from './prepare.ts';
import { trainClassifier } from './train.ts';
import { allCopies, transformationMaps } from './transformations.ts';
import { createWideResNet, disposeWideResNet, runWideResNet, type WideResNet } from './wide-residual.ts';

/** A fitted GEOM. */
export interface GeomModel {
  readonly net: WideResNet;
  readonly maps: readonly Int32Array[];
  /** Dirichlet parameters a transformation, [M, M]; null where the simplified score is used. */
  readonly alphas: Float32Array | null;
}

const identity = { name: 'geom', numericVersion: 1 };

/** GEOM (Golan and El-Yaniv 2018): tell geometric transformations apart; what is told apart badly is anomalous. */
export const recipe: Recipe<GeomConfig, GeomModel, Tfjs> = {
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
      const part = (from: number, to: number): FitContext => ({
        ...context,
        report: partOfFit(context.report, from, to),
      });
      await trainClassifier(model.net, config, pixels, model.maps, part(0, 0.98), fingerprint);
      const alphas = await fitDirichlets(model, pixels, config.dirichletImages, part(0.98, 1));
      return { ...model, alphas };
    } catch (error) {
      disposeWideResNet(model.net);
      throw error;
    }
  },

  async score({ config }, model, images, signal) {
    const scores: Score[] = [];
    for (const image of images) {
      await breathe(signal);
      scores.push(scoreImage(model, prepareImages([image], config.size)));
    }
    return scores;
  },

  async pack({ net, maps, alphas }) {
    const tensors = new Map([
      ...(await readVariables(net.weights)),
      ...(await readVariables(net.statistics)),
    ]);
    if (alphas) tensors.set('dirichlet', tensor([maps.length, maps.length], alphas));
    return { tensors, state: { score: alphas ? 'dirichlet' : 'simplified' } };
  },

  async unpack({ config, channels }, { tensors, state }) {
    const model = createModel(config, channels, 0);
    const { net, maps } = model;
    try {
      for (const part of [net.weights, net.statistics]) {
        writeVariables(part, new Map([...tensors].filter(([name]) => part.has(name))), 'saved model');
      }
      if (state.score === 'simplified') return model;
      return { ...model, alphas: requireTensor(tensors, 'dirichlet', [maps.length, maps.length]).data };
    } catch (error) {
      disposeWideResNet(net);
      throw error;
    }
  },

  release: ({ net }) => disposeWideResNet(net),
};

/** GEOM as the runner and the command line meet it. */
export const method: DetectorMethod<GeomConfig> = methodFromRecipe(recipe);

function createModel(config: GeomConfig, channels: 1 | 3, seed: number): GeomModel {
  const { size, depth, widen, pooling, stemStride, transformations } = config;
  const maps = transformationMaps(size, size / 4, transformations);
  const net = createWideResNet(
    { depth, widen, size, channels, classes: maps.length, pooling, stemStride },
    seed,
    'fan-in',
  );
  return { net, maps, alphas: null };
}

/** Softmax outputs [M, M] for the M transformed copies of image `index`, always forwarded together. */
function probabilities({ net, maps }: GeomModel, { data, shape }: Tensor, index: number): Float32Array {
  const [, size, , channels] = shape;
  const copies = allCopies(data, index * size * size * channels, maps, channels);
  return tf.tidy(() => {
    const batch = tf.tensor4d(copies, [maps.length, size, size, channels]);
    return tf.softmax(runWideResNet(net, batch, { norm: 'running' }).logits).dataSync() as Float32Array;
  });
}

/** Dirichlet parameters of every transformation, or null where one of them has nothing to be fitted to. */
async function fitDirichlets(
  model: GeomModel,
  images: Tensor,
  limit: number | null,
  { seed, report, signal }: FitContext,
): Promise<Float32Array | null> {
  const classes = model.maps.length;
  const chosen = randomStream(seed, 'dirichlet/images')
    .permutation(images.shape[0])
    .slice(0, limit ?? undefined);
  const rows = Array.from({ length: classes }, (): Float64Array[] => []);
  const total = chosen.length;
  for (const [done, image] of chosen.entries()) {
    await breathe(signal);
    const outputs = probabilities(model, images, image);
    rows.forEach((own, t) => own.push(logarithms(outputs.subarray(t * classes, (t + 1) * classes))));
    report({ type: 'progress', stage: 'dirichlet', done: done + 1, total });
  }
  const alphas = new Float32Array(classes * classes);
  for (const [t, own] of rows.entries()) {
    const alpha = fitDirichlet(own);
    if (alpha === null) {
      const why =
        total === 1 ? 'a single image was learned from' : 'the training images are classified alike';
      const text = `${why}, which no Dirichlet distribution fits: scoring by the mean probability of the right transformation`;
      report({ type: 'note', text });
      return null;
    }
    alphas.set(alpha, t * classes);
  }
  return alphas;
}

/**
 * Minus the mean over transformations of sum_j (alpha_tj - 1) log p_tj, or in the simplified form minus the mean of p_tt, which is a part in
 * either case.
 */
function scoreImage(model: GeomModel, image: Tensor): Score {
  const { alphas, maps } = model;
  const classes = maps.length;
  const outputs = probabilities(model, image, 0);
  let likelihood = 0;
  let right = 0;
  for (let t = 0; t < classes; t++) {
    const row = outputs.subarray(t * classes, (t + 1) * classes);
    right += row[t] / classes;
    if (alphas) {
      likelihood +=
        dirichletScore(alphas.subarray(t * classes, (t + 1) * classes), logarithms(row)) / classes;
    }
  }
  return { value: alphas ? -likelihood : -right, parts: { simplified: -right } };
}

async function breathe(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
