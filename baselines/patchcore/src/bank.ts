import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@fsad/tensors';
import type { Patches } from './embed.ts';

/** For each query the nearest vector of a bank: which one, and how far. */
export interface Nearest {
  readonly index: Uint32Array;
  readonly distance: Float32Array;
}

/** A memory bank in the current backend, laid out for one matrix product: |q - b|^2 - |q|^2 = (q, 1) (-2 b, |b|^2). */
export class Bank {
  readonly vectors: Tensor;
  readonly #matrix: tf.Tensor2D;

  /** @param vectors [count, dimensions] */
  constructor(vectors: Tensor) {
    this.vectors = vectors;
    this.#matrix = matrixOf(vectors.data, vectors.shape[1]);
  }

  /** The nearest vector of the bank to each patch, by Euclidean distance (Roth et al. 2022, Eq. 6, without its maximum). */
  async nearest(patches: Patches): Promise<Nearest> {
    const products = await multiply(patches, this.#matrix);
    return nearestOf(products, patches, this.vectors.shape[0], () => false);
  }

  dispose(): void {
    this.#matrix.dispose();
  }
}

/**
 * Distances from each patch to the nearest one of the same picture that is more than `radius` cells away, in rows or in columns: small where a surface
 * repeats itself.
 */
export async function nearestOfOwn(patches: Patches, radius: number): Promise<Float32Array> {
  const matrix = matrixOf(patches.data, patches.dimensions);
  const products = await multiply(patches, matrix);
  matrix.dispose();
  const { rows, columns } = patches;
  const close = (a: number, b: number): boolean =>
    Math.abs(Math.floor(a / columns) - Math.floor(b / columns)) <= radius &&
    Math.abs((a % columns) - (b % columns)) <= radius;
  return nearestOf(products, patches, rows * columns, close).distance;
}

function matrixOf(vectors: Float32Array, dimensions: number): tf.Tensor2D {
  const count = vectors.length / dimensions;
  const matrix = new Float32Array((dimensions + 1) * count);
  for (let i = 0; i < count; i++) {
    let square = 0;
    for (let d = 0; d < dimensions; d++) {
      const value = vectors[i * dimensions + d];
      matrix[d * count + i] = -2 * value;
      square += value * value;
    }
    matrix[dimensions * count + i] = square;
  }
  return tf.tensor2d(matrix, [dimensions + 1, count]);
}

async function multiply(
  { rows, columns, dimensions, data }: Patches,
  matrix: tf.Tensor2D,
): Promise<Float32Array> {
  const product = tf.tidy(() => {
    const queries = tf.tensor2d(data, [rows * columns, dimensions]);
    return tf.matMul(tf.concat([queries, tf.ones([rows * columns, 1])], 1), matrix);
  });
  const values = (await product.data()) as Float32Array;
  product.dispose();
  return values;
}

function nearestOf(
  products: Float32Array,
  { rows, columns, dimensions, data }: Patches,
  count: number,
  excluded: (query: number, candidate: number) => boolean,
): Nearest {
  const index = new Uint32Array(rows * columns);
  const distance = new Float32Array(rows * columns);
  for (let query = 0; query < rows * columns; query++) {
    let best = Infinity;
    for (let candidate = 0, at = query * count; candidate < count; candidate++, at++) {
      if (products[at] < best && !excluded(query, candidate)) {
        best = products[at];
        index[query] = candidate;
      }
    }
    let square = 0;
    for (let d = 0, at = query * dimensions; d < dimensions; d++, at++) square += data[at] * data[at];
    // Rounding can take a vector's distance to itself below nothing.
    distance[query] = Math.sqrt(Math.max(0, best + square));
  }
  return { index, distance };
}
