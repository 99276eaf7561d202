import * as tf from '@tensorflow/tfjs-core';

/** How adversarial points are searched for (Goyal et al. 2020, Algorithm 1). */
export interface Search {
  readonly radius: number;
  readonly gamma: number;
  readonly steps: number;
  readonly rate: number;
}

/** Below this a gradient is taken for zero; it keeps its direction but not its length. */
const smallestNorm = 1e-12;
const projectEvery = 10;

/** Binary cross entropy of logits against one label for all, averaged. */
export function crossEntropy(logits: tf.Tensor2D, label: 0 | 1): tf.Scalar {
  return tf.mean(tf.softplus(label === 0 ? logits : tf.neg(logits)));
}

/**
 * Points about the radius away from `images` that the classifier finds most normal: from `start`, steps of fixed length
 * up the cross entropy towards label 0, with a projection after every tenth. The caller disposes of the result.
 * @param logits the classifier; its parameters are not trained here
 */
export function adversarialPoints(
  images: tf.Tensor4D,
  start: tf.Tensor4D,
  search: Search,
  logits: (points: tf.Tensor4D) => tf.Tensor2D,
): tf.Tensor4D {
  const ascend = tf.grad((points: tf.Tensor) => crossEntropy(logits(points as tf.Tensor4D), 0));
  let points = tf.clone(start);
  for (let step = 1; step <= search.steps; step++) {
    const next = tf.tidy(() => {
      const gradient = ascend(points) as tf.Tensor4D;
      const moved = tf.add(points, tf.mul(tf.div(gradient, norms(gradient)), search.rate)) as tf.Tensor4D;
      return step % projectEvery === 0 ? project(moved, images, search) : moved;
    });
    points.dispose();
    points = next;
  }
  return points;
}

/** Moves each point radially until its distance from its image is between radius and gamma * radius. */
export function project(points: tf.Tensor4D, images: tf.Tensor4D, { radius, gamma }: Search): tf.Tensor4D {
  return tf.tidy(() => {
    const offset = tf.sub(points, images);
    const length = norms(offset);
    const wanted = tf.clipByValue(length, radius, gamma * radius);
    return tf.add(images, tf.mul(offset, tf.div(wanted, length)));
  });
}

/** L2 norm of every sample, [n, 1, 1, 1]. */
function norms(x: tf.Tensor): tf.Tensor {
  return tf.maximum(tf.sqrt(tf.sum(tf.square(x), [1, 2, 3], true)), smallestNorm);
}
