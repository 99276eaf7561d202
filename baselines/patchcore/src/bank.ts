import * as tf from '@tensorflow/tfjs-core';
import { tensor, type Tensor } from '@fsad/tensors';
import { resample, type Patches } from './embed.ts';

/** Patches that were learned together: all of them, or those of one training picture in one view. */
export interface Shelf {
  /** [count, dimensions] */
  readonly vectors: Tensor;
  /** The training picture they are of. */
  readonly picture: number;
  /** What the picture looks like as a whole in this view; empty where nobody asks. */
  readonly outline: Float32Array;
}

/** For each query the nearest vector of some shelves: which shelf, which of its vectors, and how far. */
export interface Nearest {
  readonly shelf: Uint32Array;
  readonly index: Uint32Array;
  readonly distance: Float32Array;
}

/** Places along a side of an outline. */
export const OUTLINE_GRID = 8;

/** A memory bank in the current backend, laid out for matrix products: |q - b|^2 - |q|^2 = (q, 1) (-2 b, |b|^2). */
export class Bank {
  readonly shelves: readonly Shelf[];
  readonly #matrices: readonly tf.Tensor2D[];

  constructor(shelves: readonly Shelf[]) {
    this.shelves = shelves;
    this.#matrices = shelves.map(({ vectors }) => matrixOf(vectors.data, vectors.shape[1]));
  }

  /** The nearest vector to each patch on the shelves `which`, by Euclidean distance (Roth et al. 2022, Eq. 6, without its maximum). */
  async nearest(patches: Patches, which: readonly number[]): Promise<Nearest> {
    const places = patches.rows * patches.columns;
    const shelf = new Uint32Array(places);
    const index = new Uint32Array(places);
    const best = new Float32Array(places).fill(Infinity);
    for (const number of which) {
      const products = await multiply(patches, this.#matrices[number]);
      const [count] = this.shelves[number].vectors.shape;
      for (let query = 0, at = 0; query < places; query++) {
        for (let candidate = 0; candidate < count; candidate++, at++) {
          if (products[at] >= best[query]) continue;
          best[query] = products[at];
          index[query] = candidate;
          shelf[query] = number;
        }
      }
    }
    return { shelf, index, distance: distancesOf(patches, best) };
  }

  /** The shelves of the `count` training pictures that resemble a picture most, each in the view that resembles it most. */
  resembling(patches: Patches, count: number): number[] {
    const outline = outlineOf(patches);
    const best = new Map<number, { readonly shelf: number; readonly difference: number }>();
    for (const [shelf, { picture, outline: other }] of this.shelves.entries()) {
      let difference = 0;
      for (let i = 0; i < outline.length; i++) difference += (outline[i] - other[i]) ** 2;
      const known = best.get(picture);
      if (!known || difference < known.difference) best.set(picture, { shelf, difference });
    }
    const ranked = [...best.values()].sort((a, b) => a.difference - b.difference);
    return ranked.slice(0, count).map(({ shelf }) => shelf);
  }

  dispose(): void {
    tf.dispose([...this.#matrices]);
  }
}

/** What a picture looks like as a whole: its patches averaged over a grid of 8 x 8 places. */
export function outlineOf({ rows, columns, dimensions, data }: Patches): Float32Array {
  const map = tensor([1, rows, columns, dimensions], data);
  return resample(map, Math.min(rows, OUTLINE_GRID), Math.min(columns, OUTLINE_GRID)).data;
}

/** Rows of blocks that a picture's own distances are computed in; each pair of blocks serves both ways. */
const blockRows = 4;

/**
 * Distances from each patch to the nearest one of the same picture that is more than `radius` cells away, in rows or in columns: small where a surface
 * repeats itself.
 */
export async function nearestOfOwn(patches: Patches, radius: number): Promise<Float32Array> {
  const { rows, columns, dimensions, data } = patches;
  const height = Math.ceil(rows / blockRows);
  const blocks = Array.from({ length: Math.ceil(rows / height) }, (_, i) => {
    const [first, last] = [i * height * columns, Math.min(rows, (i + 1) * height) * columns];
    return {
      first,
      patches: {
        ...patches,
        rows: (last - first) / columns,
        data: data.subarray(first * dimensions, last * dimensions),
      },
    };
  });
  const squares = squaresOf(patches);
  const best = new Float32Array(rows * columns).fill(Infinity);
  for (const [i, one] of blocks.entries()) {
    const matrix = matrixOf(one.patches.data, dimensions);
    for (const other of blocks.slice(i)) {
      const products = await multiply(other.patches, matrix);
      for (let b = other.first, at = 0; b < other.first + other.patches.rows * columns; b++) {
        const [row, column] = [Math.floor(b / columns), b % columns];
        for (let a = one.first; a < one.first + one.patches.rows * columns; a++, at++) {
          const square = products[at] + squares[b];
          if (square >= best[a] && square >= best[b]) continue;
          const down = Math.abs(Math.floor(a / columns) - row);
          if (down <= radius && Math.abs((a % columns) - column) <= radius) continue;
          if (square < best[a]) best[a] = square;
          if (square < best[b]) best[b] = square;
        }
      }
    }
    matrix.dispose();
  }
  return best.map((square) => Math.sqrt(Math.max(0, square)));
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

/** Distances from the least products, to which only the queries' own squares are missing; infinite where nothing was compared. */
function distancesOf(patches: Patches, products: Float32Array): Float32Array {
  // Rounding can take a vector's distance to itself below nothing.
  return squaresOf(patches).map((square, query) => Math.sqrt(Math.max(0, products[query] + square)));
}

function squaresOf({ rows, columns, dimensions, data }: Patches): Float32Array {
  const squares = new Float32Array(rows * columns);
  for (let query = 0, at = 0; query < squares.length; query++) {
    for (const end = at + dimensions; at < end; at++) squares[query] += data[at] * data[at];
  }
  return squares;
}
