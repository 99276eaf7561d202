import * as tf from '@tensorflow/tfjs-core';
import type { Latent } from './flow.ts';

/** Mean negative log-likelihood per dimension, without its constant: (|z|^2 / 2 - log|det|) / d (Rudolph et al. 2021, Eq. 6). */
export function likelihoodLoss({ z, logDeterminant }: Latent): tf.Scalar {
  const energy = tf.div(tf.sum(tf.square(z), 1), 2);
  return tf.div(tf.mean(tf.sub(energy, logDeterminant)), z.shape[1]);
}
