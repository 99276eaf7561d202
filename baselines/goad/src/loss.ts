import * as tf from '@tensorflow/tfjs-core';

/** Added to a feature's distance to its own centre, so that the nearest centre found is a foreign one. */
const OUT_OF_REACH = 1e30;

/**
 * The triplet loss's terms [b, M] for features [b, M, d] of M transformed copies of b images: max(0, margin + squared distance to the own
 * transformation's centre - that to the nearest foreign centre), a centre being the batch's mean (Bergman and Hoshen 2020, Eq. 9).
 */
export function tripletTerms(features: tf.Tensor3D, margin: number): tf.Tensor2D {
  const [images, copies, size] = features.shape;
  const centres = tf.mean(features, 0) as tf.Tensor2D;
  const own = tf.sum(tf.square(tf.sub(features, centres)), 2);
  const flat = tf.reshape(features, [images * copies, size]) as tf.Tensor2D;
  const products = tf.matMul(flat, centres, false, true);
  const lengths = tf.sum(tf.square(flat), 1, true);
  const distances = tf.add(tf.sub(lengths, tf.mul(products, 2)), tf.sum(tf.square(centres), 1));
  const foreign = tf.add(
    tf.reshape(distances, [images, copies, copies]),
    tf.mul(tf.eye(copies), OUT_OF_REACH),
  );
  return tf.relu(tf.sub(tf.add(own, margin), tf.min(foreign, 2)));
}
