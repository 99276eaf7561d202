import * as tf from '@tensorflow/tfjs-core';
import { quantileOfSorted } from '@fsad/metrics';

/** Components of the centre closer to zero than this are moved away from it, as a zero component could be met trivially. */
const margin = 0.1;

/** Squared distances [n] of codes [n, d] to the centre [d]. */
export function squaredDistances(codes: tf.Tensor2D, centre: tf.Tensor1D): tf.Tensor1D {
  return tf.sum(tf.square(tf.sub(codes, centre)), 1);
}

/** One-class objective: the mean squared distance (Ruff et al. 2018, Eq. 4; weight decay is the optimiser's). */
export function oneClassLoss(distances: tf.Tensor1D): tf.Scalar {
  return tf.mean(distances);
}

/** Soft-boundary objective: R^2 + mean(max(0, distance - R^2)) / nu (Eq. 3). */
export function softBoundaryLoss(distances: tf.Tensor1D, radius: number, nu: number): tf.Scalar {
  const outside = tf.relu(tf.sub(distances, radius ** 2));
  return tf.add(tf.div(tf.mean(outside), nu), radius ** 2);
}

/** The (1 - nu) quantile of the distances, linearly interpolated: the radius that leaves a share nu outside. */
export function radiusQuantile(squared: ArrayLike<number>, nu: number): number {
  const distances = Array.from(squared, Math.sqrt).sort((a, b) => a - b);
  return quantileOfSorted(distances, 1 - nu);
}

/** The mean code, components within 0.1 of zero moved to +-0.1 by sign; an exact zero stays. */
export function centreOf(codes: Float32Array, dimensions: number): Float32Array {
  const centre = new Float32Array(dimensions);
  const count = codes.length / dimensions;
  for (let i = 0; i < codes.length; i++) centre[i % dimensions] += codes[i] / count;
  return awayFromZero(centre);
}

export function awayFromZero(centre: Float32Array): Float32Array {
  return centre.map((value) => (Math.abs(value) < margin ? Math.sign(value) * margin : value));
}

/** Autoencoder objective: squared errors summed over an image, averaged over the batch. */
export function reconstructionLoss(reconstruction: tf.Tensor4D, images: tf.Tensor4D): tf.Scalar {
  return tf.div(tf.sum(tf.squaredDifference(reconstruction, images)), images.shape[0]);
}
