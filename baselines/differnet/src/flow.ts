import * as tf from '@tensorflow/tfjs-core';
import { randomStream, uniformTensor, type Tensor } from '@fsad/tensors';

/** A normalising flow of affine coupling blocks (Real-NVP), each after a fixed permutation. */
export interface FlowShape {
  /** Entries of a vector; even. */
  readonly dimensions: number;
  readonly blocks: number;
  readonly hidden: number;
  /** Bounds the log-scales; 3 as published. */
  readonly clamp: number;
}

/** Where the flow takes vectors [n, d], and the logarithm of how much it stretches space there [n]. */
export interface Latent {
  readonly z: tf.Tensor2D;
  readonly logDeterminant: tf.Tensor1D;
}

export type FlowWeights = ReadonlyMap<string, tf.Tensor>;

const limit = 1e6;

/** Fresh subnet weights, PyTorch's default: block b has the subnets `b/first` and `b/second`, each of four dense layers. */
export function initialFlow({ dimensions, blocks, hidden }: FlowShape, seed: number): Map<string, Tensor> {
  const weights = new Map<string, Tensor>();
  const widths = [dimensions / 2, hidden, hidden, hidden, dimensions];
  for (const subnet of subnets(blocks)) {
    for (let layer = 0; layer < 4; layer++) {
      const [input, output] = [widths[layer], widths[layer + 1]];
      const name = `flow/${subnet}/${layer}`;
      const stream = randomStream(seed, name);
      weights.set(`${name}/weight`, uniformTensor(stream, [input, output], 1 / Math.sqrt(input)));
      weights.set(`${name}/bias`, uniformTensor(stream, [output], 1 / Math.sqrt(input)));
    }
  }
  return weights;
}

/** The fixed order block `block` puts a vector's entries in; the same for every seed, as published. */
export function permutationOf(block: number, dimensions: number): number[] {
  return randomStream(block, 'differnet/permutation').permutation(dimensions);
}

/** Runs vectors [n, d] through the flow. */
export function runFlow(shape: FlowShape, weights: FlowWeights, vectors: tf.Tensor2D): Latent {
  let z = vectors;
  let logDeterminant = tf.zeros([vectors.shape[0]]) as tf.Tensor1D;
  for (let block = 0; block < shape.blocks; block++) {
    const order = tf.tensor1d(permutationOf(block, shape.dimensions), 'int32');
    const [x1, x2] = tf.split(tf.gather(z, order, 1), 2, 1) as tf.Tensor2D[];
    const first = scaleAndShift(shape, weights, `${block}/first`, x2);
    const y1 = tf.add(tf.mul(tf.exp(first.scale), x1), first.shift) as tf.Tensor2D;
    const second = scaleAndShift(shape, weights, `${block}/second`, y1);
    const y2 = tf.add(tf.mul(tf.exp(second.scale), x2), second.shift);
    z = tf.clipByValue(tf.concat([y1, y2], 1), -limit, limit) as tf.Tensor2D;
    const stretch = tf.add(tf.sum(first.scale, 1), tf.sum(second.scale, 1));
    logDeterminant = tf.add(logDeterminant, stretch);
  }
  return { z, logDeterminant };
}

/** What one half of a block does to the other, read off that other: log-scale and shift [n, d / 2]. */
export function scaleAndShift(
  { clamp }: FlowShape,
  weights: FlowWeights,
  subnet: string,
  half: tf.Tensor2D,
): { scale: tf.Tensor2D; shift: tf.Tensor2D } {
  let x = half;
  for (let layer = 0; layer < 4; layer++) {
    const name = `flow/${subnet}/${layer}`;
    const product = tf.matMul(x, weights.get(`${name}/weight`) as tf.Tensor2D);
    x = tf.add(product, weights.get(`${name}/bias`) as tf.Tensor);
    if (layer < 3) x = tf.relu(x);
  }
  const [raw, shift] = tf.split(x, 2, 1) as tf.Tensor2D[];
  return { scale: gain(raw, clamp), shift };
}

/** The soft clamp of log-scales: 0.636 a atan(s / a), within about +-a. */
export function gain<T extends tf.Tensor>(s: T, a: number): T {
  return tf.mul(tf.atan(tf.div(s, a)), 0.636 * a);
}

function subnets(blocks: number): string[] {
  return Array.from({ length: blocks }, (_, block) => [`${block}/first`, `${block}/second`]).flat();
}
