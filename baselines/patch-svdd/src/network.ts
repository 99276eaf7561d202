import * as tf from '@tensorflow/tfjs-core';
import { randomStream, uniformTensor, type Tensor } from '@fsad/tensors';

/** Entries of a patch's embedding. */
export const embedding = 64;
/** Side of the small encoder's patches. */
export const smallPatch = 32;
/** Pixels between neighbouring outputs when the small encoder runs over a whole image: its first convolution's stride. */
export const denseStride = 2;

const slope = 0.1;
const directions = 8;
/** Channels through the small encoder's 3x3 convolutions; the first has stride 2, none pads. */
const channels = [3, 32, 64, 128, 128, 64, 32, 32, embedding];

/** Weights by name; looked up, so that a test may pass constants and training passes variables. */
export type Weights = ReadonlyMap<string, tf.Tensor>;

/** Fresh trained weights: the small encoder; with `hierarchical` the head for 64-pixel patches; a classifier for each patch size. */
export function initialWeights(seed: number, patchSizes: readonly number[]): Map<string, Tensor> {
  const weights = new Map<string, Tensor>();
  const add = (name: string, shape: readonly number[]): void => {
    const fanIn = shape.slice(0, -1).reduce((product, side) => product * side, 1);
    const bound = 1 / Math.sqrt(fanIn);
    weights.set(`${name}/weight`, uniformTensor(randomStream(seed, `${name}/weight`), shape, bound));
    const bias = randomStream(seed, `${name}/bias`);
    weights.set(`${name}/bias`, uniformTensor(bias, [shape[shape.length - 1]], bound));
  };
  for (let i = 0; i + 1 < channels.length; i++) add(`small/conv${i}`, [3, 3, channels[i], channels[i + 1]]);
  if (patchSizes.includes(64)) {
    add('large/quadrants', [4 * embedding, 128]);
    add('large/embedding', [128, embedding]);
  }
  for (const size of patchSizes) {
    add(`position${size}/dense0`, [embedding, 128]);
    add(`position${size}/dense1`, [128, 128]);
    const bias = randomStream(seed, `position${size}/bias`);
    weights.set(`position${size}/bias`, uniformTensor(bias, [directions], 1 / Math.sqrt(128)));
  }
  return weights;
}

/** The position classifiers' last weights [128, 8], each input's eight of length one. In the published program they never learn. */
export function fixedWeights(seed: number, patchSizes: readonly number[]): Map<string, Tensor> {
  const weights = new Map<string, Tensor>();
  for (const size of patchSizes) {
    const stream = randomStream(seed, `position${size}/directions`);
    const { shape, data } = uniformTensor(stream, [128, directions], 1);
    for (let start = 0; start < data.length; start += directions) {
      const row = data.subarray(start, start + directions);
      const length = Math.hypot(...row);
      row.forEach((value, i) => (row[i] = value / length));
    }
    weights.set(`position${size}/directions`, { shape, data });
  }
  return weights;
}

/**
 * The small encoder over images [n, h, w, 3] of at least 31 pixels: embeddings [n, h', w', 64] of the 32-pixel patches
 * 2 pixels apart, the same numbers as patch by patch, since nothing in it pads or normalises.
 */
export function encodeSmall(weights: Weights, images: tf.Tensor4D): tf.Tensor4D {
  let x = images;
  for (let i = 0; i + 1 < channels.length; i++) {
    const filter = weights.get(`small/conv${i}/weight`) as tf.Tensor4D;
    x = tf.add(tf.conv2d(x, filter, i === 0 ? denseStride : 1, 'valid'), weights.get(`small/conv${i}/bias`)!);
    x = i + 2 < channels.length ? tf.leakyRelu(x, slope) : tf.tanh(x);
  }
  return x;
}

/** Embeddings [n, 64] of 64-pixel patches from those of their four quadrants [n, 256], in reading order. */
export function encodeLarge(weights: Weights, quadrants: tf.Tensor2D): tf.Tensor2D {
  const hidden = tf.leakyRelu(dense(weights, 'large/quadrants', quadrants), slope);
  return tf.tanh(dense(weights, 'large/embedding', hidden));
}

/** Logits [n, 8] for the direction in which the second of two patches lies from the first. */
export function classifyPosition(
  weights: Weights,
  size: number,
  first: tf.Tensor2D,
  second: tf.Tensor2D,
): tf.Tensor2D {
  const name = `position${size}`;
  let x = tf.sub(first, second) as tf.Tensor2D;
  for (const layer of ['dense0', 'dense1']) x = tf.leakyRelu(dense(weights, `${name}/${layer}`, x), slope);
  return tf.add(tf.matMul(x, weights.get(`${name}/directions`) as tf.Tensor2D), weights.get(`${name}/bias`)!);
}

function dense(weights: Weights, name: string, x: tf.Tensor2D): tf.Tensor2D {
  const product = tf.matMul(x, weights.get(`${name}/weight`) as tf.Tensor2D);
  return tf.add(product, weights.get(`${name}/bias`)!);
}
