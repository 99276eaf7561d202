import * as tf from '@tensorflow/tfjs-core';
import { randomStream, tensor, uniformTensor, type Tensor } from '@fsad/tensors';
import { createVariables, disposeVariables, type Variables } from '@fsad/tensors/tfjs';

/** The LeNet-like encoders of Deep SVDD: 5x5 convolutions, each with batch norm, leaky ReLU and max pooling by 2. */
export interface EncoderShape {
  readonly size: number;
  readonly channels: 1 | 3;
  /** Output channels of each convolution. */
  readonly widths: readonly number[];
  /** Entries of the code. */
  readonly code: number;
}

/** Trained weights, and the running means and variances of batch norm, which are only kept. */
export interface Network {
  readonly weights: Variables;
  readonly statistics: Variables;
}

/** Whether batch norm uses the batch's statistics and folds them into the running ones, uses them only, or uses the running ones. */
export type NormMode = 'update' | 'batch' | 'running';

const slope = 0.01;
const epsilon = 1e-4;
const momentum = 0.1;

/**
 * The encoder for images of `size` pixels: grey ones get the published MNIST net, RGB ones the CIFAR net with a further
 * stage of unchanged width for every doubling beyond 32.
 * @throws RangeError for a size its pooling cannot divide.
 */
export function encoderShape(channels: 1 | 3, size: number): EncoderShape {
  const extra = Math.log2(size / 32);
  if (channels === 1 ? size < 28 || size % 4 !== 0 : extra < 0 || !Number.isInteger(extra)) {
    throw new RangeError(
      `no encoder for ${size} pixels: grey images take a multiple of 4 from 28, RGB ones 32, 64, 128`,
    );
  }
  return channels === 1
    ? { size, channels, widths: [8, 4], code: 32 }
    : { size, channels, widths: [32, 64, 128, ...Array<number>(extra).fill(128)], code: 128 };
}

/** Values that the last pooling leaves: what the dense layer reads. */
export function featureCount({ size, widths }: EncoderShape): number {
  return (size >> widths.length) ** 2 * widths[widths.length - 1];
}

/**
 * A freshly initialised convolutional part. Filters are uniform: PyTorch's default, or Xavier with the leaky ReLU's gain.
 * @param name names the random streams
 */
export function initialStages(
  shape: EncoderShape,
  seed: number,
  name: string,
  scheme: 'default' | 'xavier',
): { weights: Map<string, Tensor>; statistics: Map<string, Tensor> } {
  const weights = new Map<string, Tensor>();
  const statistics = new Map<string, Tensor>();
  let input: number = shape.channels;
  for (const [i, output] of shape.widths.entries()) {
    const bound = scheme === 'default' ? 1 / Math.sqrt(25 * input) : xavierBound(input, output);
    const stream = randomStream(seed, `${name}/stage${i}/filter`);
    weights.set(`stage${i}/filter`, uniformTensor(stream, [5, 5, input, output], bound));
    addStatistics(statistics, `stage${i}`, output);
    input = output;
  }
  return { weights, statistics };
}

/** A freshly initialised encoder: stages and a dense layer. Nowhere is there a bias, which could collapse to the centre. */
export function createEncoder(shape: EncoderShape, seed: number, name: string): Network {
  const { weights, statistics } = initialStages(
    shape,
    seed,
    name,
    shape.channels === 1 ? 'default' : 'xavier',
  );
  const inputs = featureCount(shape);
  const dense = uniformTensor(
    randomStream(seed, `${name}/dense`),
    [inputs, shape.code],
    1 / Math.sqrt(inputs),
  );
  weights.set('dense', dense);
  return { weights: createVariables(weights), statistics: createVariables(statistics, false) };
}

/** Flattened features [n, featureCount] of images [n, size, size, channels]. */
export function runStages(
  shape: EncoderShape,
  net: Network,
  images: tf.Tensor4D,
  mode: NormMode,
): tf.Tensor2D {
  let x = images;
  for (const i of shape.widths.keys()) {
    x = tf.conv2d(x, net.weights.get(`stage${i}/filter`) as unknown as tf.Tensor4D, 1, 'same');
    x = tf.maxPool(leaky(normalise(x, net.statistics, `stage${i}`, mode)), 2, 2, 'valid');
  }
  return tf.reshape(x, [images.shape[0], featureCount(shape)]);
}

/** Codes [n, code] of images. */
export function encode(shape: EncoderShape, net: Network, images: tf.Tensor4D, mode: NormMode): tf.Tensor2D {
  return tf.matMul(runStages(shape, net, images, mode), net.weights.get('dense') as unknown as tf.Tensor2D);
}

export function leaky<T extends tf.Tensor>(x: T): T {
  return tf.leakyRelu(x, slope);
}

/**
 * Batch norm without affine parameters over all axes but the last; PyTorch's rule for the running values (momentum 0.1,
 * unbiased variance).
 */
export function normalise<T extends tf.Tensor>(x: T, statistics: Variables, name: string, mode: NormMode): T {
  const runningMean = statistics.get(`${name}/mean`) as tf.Variable;
  const runningVariance = statistics.get(`${name}/variance`) as tf.Variable;
  if (mode === 'running') return standardise(x, runningMean, runningVariance);
  const axes = x.shape.map((_, axis) => axis).slice(0, -1);
  const { mean, variance } = tf.moments(x, axes);
  if (mode === 'update') {
    const count = x.size / x.shape[x.shape.length - 1];
    fold(runningMean, mean, 1);
    fold(runningVariance, variance, count / Math.max(count - 1, 1));
  }
  return standardise(x, mean, variance);
}

export function addStatistics(statistics: Map<string, Tensor>, name: string, width: number): void {
  statistics.set(`${name}/mean`, tensor([width]));
  statistics.set(`${name}/variance`, tensor([width], new Float32Array(width).fill(1)));
}

export function xavierBound(input: number, output: number): number {
  const gain = Math.sqrt(2 / (1 + slope ** 2));
  return gain * Math.sqrt(6 / (25 * (input + output)));
}

export function disposeNetwork({ weights, statistics }: Network): void {
  disposeVariables(weights);
  disposeVariables(statistics);
}

function standardise<T extends tf.Tensor>(x: T, mean: tf.Tensor, variance: tf.Tensor): T {
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
}

function fold(running: tf.Variable, batch: tf.Tensor, factor: number): void {
  running.assign(tf.add(tf.mul(running, 1 - momentum), tf.mul(batch, momentum * factor)));
}
