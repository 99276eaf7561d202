import * as tf from '@tensorflow/tfjs-core';
import { randomStream, uniformTensor, type Tensor } from '@fsad/tensors';
import { createVariables, type Variables } from '@fsad/tensors/tfjs';
import {
  addStatistics,
  leaky,
  normalise,
  xavierBound,
  type EncoderShape,
  type Network,
  type NormMode,
} from './network.ts';

interface Stage {
  readonly input: number;
  readonly output: number;
  /** PyTorch's padding of the transposed convolution: 2 keeps the size, 3 takes two pixels off. */
  readonly padding: number;
}

/** The mirror of an encoder, for pretraining as an autoencoder. */
export interface DecoderShape {
  readonly channels: 1 | 3;
  /** Channels of the 4x4 picture that the code is reshaped to. */
  readonly seed: number;
  readonly stages: readonly Stage[];
  /** Whether the 4x4 picture is enlarged before the first convolution (MNIST net) or after it (CIFAR net). */
  readonly enlargeFirst: boolean;
  /** Whether the code is batch-normalised over the images, which takes two of them at least. */
  readonly codeNorm: boolean;
}

/**
 * The decoder to an encoder. 64-pixel images get one more stage of unchanged width: 8 for grey, 128 for RGB.
 * @throws RangeError for sizes other than 28, 32, 64 (grey) and 32, 64, 128 (RGB).
 */
export function decoderShape(
  { channels, size, widths, code }: EncoderShape,
  codeNorm: boolean,
): DecoderShape {
  const seed = code / 16;
  const outputs = [...widths].reverse();
  if (channels === 3) {
    const chain = [seed, ...outputs, channels];
    return { channels, seed, stages: pairs(chain), enlargeFirst: false, codeNorm };
  }
  if (![28, 32, 64].includes(size))
    throw new RangeError(`no decoder to ${size} pixels: grey images take 28, 32, 64`);
  const chain = [seed, ...outputs, ...(size === 64 ? [8] : []), channels];
  const stages = pairs(chain).map((stage, i) => (size === 28 && i === 1 ? { ...stage, padding: 3 } : stage));
  return { channels, seed, stages, enlargeFirst: true, codeNorm: false };
}

/** A freshly initialised decoder; `name` names the random streams. */
export function createDecoder(shape: DecoderShape, seed: number, name: string): Network {
  const weights = new Map<string, Tensor>();
  const statistics = new Map<string, Tensor>();
  if (shape.codeNorm) addStatistics(statistics, 'code', shape.seed * 16);
  for (const [i, { input, output }] of shape.stages.entries()) {
    // PyTorch takes a transposed convolution's output channels for its fan-in.
    const bound = shape.channels === 1 ? 1 / Math.sqrt(25 * output) : xavierBound(input, output);
    weights.set(
      `up${i}/filter`,
      uniformTensor(randomStream(seed, `${name}/up${i}`), [5, 5, input, output], bound),
    );
    if (i < shape.stages.length - 1) addStatistics(statistics, `up${i}`, output);
  }
  return { weights: createVariables(weights), statistics: createVariables(statistics, false) };
}

/** Images [n, size, size, channels] in 0 .. 1 from codes [n, code]. */
export function decode(shape: DecoderShape, net: Network, codes: tf.Tensor2D, mode: NormMode): tf.Tensor4D {
  const normed = shape.codeNorm ? normalise(codes, net.statistics, 'code', mode) : codes;
  let x = leaky(tf.reshape(normed, [codes.shape[0], 4, 4, shape.seed])) as tf.Tensor4D;
  for (const [i, { padding }] of shape.stages.entries()) {
    if (i > 0 || shape.enlargeFirst) x = enlarge(x);
    x = deconvolve(x, net.weights, `up${i}/filter`, padding);
    if (i < shape.stages.length - 1) x = leaky(normalise(x, net.statistics, `up${i}`, mode));
  }
  return tf.sigmoid(x);
}

/**
 * A 5x5 transposed convolution of stride 1 with padding p: a convolution with padding 4 - p, the filter stored turned. The zeros are
 * put around the images here, since TensorFlow's kernels take no other paddings than `same` and `valid`.
 */
function deconvolve(x: tf.Tensor4D, weights: Variables, name: string, padding: number): tf.Tensor4D {
  const filter = weights.get(name) as unknown as tf.Tensor4D;
  if (padding === 2) return tf.conv2d(x, filter, 1, 'same');
  const margin = [4 - padding, 4 - padding] as [number, number];
  return tf.conv2d(tf.pad(x, [[0, 0], margin, margin, [0, 0]]), filter, 1, 'valid');
}

/** Every pixel twice, in both directions; by broadcasting, whose gradient every backend has. */
export function enlarge(x: tf.Tensor4D): tf.Tensor4D {
  const [n, height, width, channels] = x.shape;
  const twice = tf.ones([1, 1, 2, 1]);
  const rows = tf.mul(tf.reshape(x, [n, height, 1, width * channels]), twice);
  const columns = tf.mul(tf.reshape(rows, [n * 2 * height, width, 1, channels]), twice);
  return tf.reshape(columns, [n, 2 * height, 2 * width, channels]);
}

function pairs(chain: readonly number[]): Stage[] {
  return chain.slice(1).map((output, i) => ({ input: chain[i], output, padding: 2 }));
}
