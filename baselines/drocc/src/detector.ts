import * as tf from '@tensorflow/tfjs-core';
import { methodFromRecipe, type DetectorMethod, type Score } from '@fsad/detector';
import { disposeNetwork } from '@fsad/deep-svdd';
import { openTfjs, readVariables, writeVariables, type Tfjs } from '@fsad/tensors/tfjs';
import { presets, schema, type DroccConfig } from './config.ts';
import { fitDrocc, standardised, type DroccModel } from './fit.ts';
import { classifierShape, classify, createClassifier } from './network.ts';

const identity = { name: 'drocc', numericVersion: 1 };
/** Images scored in one call of the network. */
const chunk = 16;

/** Deep Robust One-Class Classification (Goyal et al. 2020): a classifier of the images against points found around them. */
export const method: DetectorMethod<DroccConfig> = methodFromRecipe<DroccConfig, DroccModel, Tfjs>({
  ...identity,
  engine: 'general',
  presets,
  schema,
  fewestSteps: (config) => ({ ...config, epochs: 1, minSteps: 0 }),
  open: openTfjs,
  fit: (task, images, context) => fitDrocc(identity, task, images, context),

  async score(_, { shape, network }, images, signal) {
    const scores: Score[] = [];
    for (let start = 0; start < images.length; start += chunk) {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      const logits = tf.tidy(() => {
        const inputs = standardised(images.slice(start, start + chunk), shape);
        return classify(shape, network, inputs, 'running').dataSync();
      });
      for (const logit of logits) scores.push({ value: -logit });
    }
    return scores;
  },

  async pack({ network }) {
    return { tensors: await readVariables(new Map([...network.weights, ...network.statistics])) };
  },

  async unpack({ config, channels }, { tensors }) {
    const shape = classifierShape(channels, config.size[channels === 1 ? 'grey' : 'rgb']);
    const network = createClassifier(shape, 0);
    try {
      writeVariables(new Map([...network.weights, ...network.statistics]), tensors, 'saved model');
    } catch (error) {
      disposeNetwork(network);
      throw error;
    }
    return { shape, network };
  },

  release: ({ network }) => disposeNetwork(network),
});
