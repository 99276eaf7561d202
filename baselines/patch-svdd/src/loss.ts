import * as tf from '@tensorflow/tfjs-core';

/** Keeps the norm of a zero difference differentiable. */
const floor = 1e-12;

/** Mean distance, not squared, between the embeddings [n, d] of neighbouring patches (Yi and Yoon 2020, Eq. 3). */
export function neighbourLoss(first: tf.Tensor2D, second: tf.Tensor2D): tf.Scalar {
  const squared = tf.sum(tf.square(tf.sub(first, second)), 1);
  return tf.mean(tf.sqrt(tf.add(squared, floor)));
}

/** Cross entropy of logits [n, 8] against the directions as rows of ones and zeros (Eq. 4). */
export function positionLoss(logits: tf.Tensor2D, directions: tf.Tensor2D): tf.Scalar {
  return tf.neg(tf.mean(tf.sum(tf.mul(directions, tf.logSoftmax(logits)), 1)));
}
