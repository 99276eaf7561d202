import * as tf from '@tensorflow/tfjs-core';
import {
  encoderShape,
  featureCount,
  initialStages,
  leaky,
  runStages,
  type EncoderShape,
  type Network,
  type NormMode,
} from '@fsad/deep-svdd';
import { randomStream, uniformTensor } from '@fsad/tensors';
import { createVariables } from '@fsad/tensors/tfjs';

/** Deep SVDD's encoder with a classifier behind it, all without biases. */
export interface ClassifierShape {
  readonly encoder: EncoderShape;
  /** Widths from the flattened features to the logit. */
  readonly dense: readonly number[];
}

/** RGB images: the published CIFAR net; grey ones: the published MNIST net, whose dense layers follow each other directly. */
export function classifierShape(channels: 1 | 3, size: number): ClassifierShape {
  const encoder = encoderShape(channels, size);
  const hidden = channels === 3 ? [encoder.code, 64] : [64];
  return { encoder, dense: [featureCount(encoder), ...hidden, 1] };
}

/** A freshly initialised classifier, PyTorch's default everywhere. */
export function createClassifier({ encoder, dense }: ClassifierShape, seed: number): Network {
  const { weights, statistics } = initialStages(encoder, seed, 'classifier', 'default');
  for (const [i, output] of dense.slice(1).entries()) {
    const input = dense[i];
    const stream = randomStream(seed, `classifier/dense${i}`);
    weights.set(`dense${i}`, uniformTensor(stream, [input, output], 1 / Math.sqrt(input)));
  }
  return { weights: createVariables(weights), statistics: createVariables(statistics, false) };
}

/** Logits [n, 1] of images, higher = normal. The batch axis stays, also for one image. */
export function classify(
  shape: ClassifierShape,
  net: Network,
  images: tf.Tensor4D,
  mode: NormMode,
): tf.Tensor2D {
  let x = runStages(shape.encoder, net, images, mode);
  for (let i = 0; i < shape.dense.length - 1; i++) {
    if (i > 0 && shape.encoder.channels === 3) x = leaky(x);
    x = tf.matMul(x, net.weights.get(`dense${i}`) as unknown as tf.Tensor2D);
  }
  return x;
}
