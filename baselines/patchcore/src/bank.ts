import * as tf from '@tensorflow/tfjs-core';
import { tensor, type Tensor } from '@fsad/tensors';
import { partsOf, resample, type Patches } from './embed.ts';

/** Patches that were learned together: all of them, or those of one training picture in one view. */
export interface Shelf {
  /** [count, dimensions] */
  readonly vectors: Tensor;
  /** The training picture they are of. */
  readonly picture: number;
  /** What the picture looks like as a whole in this view; empty where nobody asks. */
  readonly outline: Float32Array;
}

/** Places along a side of an outline. */
export const OUTLINE_GRID = 8;

/**
 * A memory bank in the current backend, laid out for matrix products: |q - b|^2 - |q|^2 = (q, 1) (-2 b, |b|^2). Vectors come apart into `parts`, each so many
 * numbers long: every part of a patch finds its own nearest, and has its own distance.
 */
export class Bank {
  readonly shelves: readonly Shelf[];
  readonly parts: readonly number[];
  /** Of each shelf, one for each part. */
  readonly #matrices: readonly (readonly tf.Tensor2D[])[];
  /** Infinite where two places are near to one another, by rows, columns and radius. */
  readonly #near = new Map<string, tf.Tensor2D>();

  constructor(shelves: readonly Shelf[], parts: readonly number[]) {
    this.shelves = shelves;
    this.parts = parts;
    this.#matrices = shelves.map(({ vectors: { data, shape } }) =>
      partsOf({ rows: shape[0], columns: 1, dimensions: shape[1], data }, parts).map(matrixOf),
    );
  }

  /** For each part the distances from all patches to the nearest vector on the shelves `which` (Roth et al. 2022, Eq. 6, without its maximum). */
  nearest(patches: Patches, which: readonly number[]): Promise<Float32Array[]> {
    return distances(partsOf(patches, this.parts), (queries, part) =>
      which
        .map((shelf) => tf.min(tf.matMul(queries, this.#matrices[shelf][part]), 1))
        .reduce((least, other) => tf.minimum(least, other)),
    );
  }

  /**
   * For each part the distances from all patches to the nearest one of the same picture that is more than `radius` cells away, in rows or in columns: small where
   * a surface repeats itself.
   */
  nearestOfOwn(patches: Patches, radius: number): Promise<Float32Array[]> {
    const parts = partsOf(patches, this.parts);
    const own = parts.map(matrixOf);
    const near = this.#nearby(patches, radius);
    return distances(parts, (queries, part) =>
      tf.min(tf.add(tf.matMul(queries, own[part]), near), 1),
    ).finally(() => tf.dispose(own));
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
    tf.dispose([...this.#matrices.flat(), ...this.#near.values()]);
    this.#near.clear();
  }

  #nearby({ rows, columns }: Patches, radius: number): tf.Tensor2D {
    const key = [rows, columns, radius].join();
    const known = this.#near.get(key);
    if (known) return known;
    const places = rows * columns;
    const near = new Float32Array(places * places);
    for (let place = 0; place < places; place++) {
      const [row, column] = [Math.floor(place / columns), place % columns];
      const [left, right] = [Math.max(0, column - radius), Math.min(columns, column + radius + 1)];
      for (let other = Math.max(0, row - radius); other <= Math.min(rows - 1, row + radius); other++) {
        const first = place * places + other * columns;
        near.fill(Infinity, first + left, first + right);
      }
    }
    const made = tf.tensor2d(near, [places, places]);
    this.#near.set(key, made);
    return made;
  }
}

/** Distances part by part, from the least products that `least` gives of the patches (q, 1); infinite where nothing was compared. */
async function distances(
  parts: readonly Patches[],
  least: (queries: tf.Tensor2D, part: number) => tf.Tensor,
): Promise<Float32Array[]> {
  const result: Float32Array[] = [];
  for (const [part, queries] of parts.entries()) {
    const { rows, columns, dimensions, data } = queries;
    const found = tf.tidy(() => {
      const vectors = tf.tensor2d(data, [rows * columns, dimensions]);
      return least(tf.concat([vectors, tf.ones([rows * columns, 1])], 1), part);
    });
    const products = await found.data();
    found.dispose();
    // Rounding can take a vector's distance to itself below nothing.
    result.push(squaresOf(queries).map((square, i) => Math.sqrt(Math.max(0, products[i] + square))));
  }
  return result;
}

/** What a picture looks like as a whole: its patches averaged over a grid of 8 x 8 places. */
export function outlineOf({ rows, columns, dimensions, data }: Patches): Float32Array {
  const map = tensor([1, rows, columns, dimensions], data);
  return resample(map, Math.min(rows, OUTLINE_GRID), Math.min(columns, OUTLINE_GRID)).data;
}

function matrixOf({ rows, columns, dimensions, data }: Patches): tf.Tensor2D {
  const count = rows * columns;
  const matrix = new Float32Array((dimensions + 1) * count);
  for (let i = 0; i < count; i++) {
    let square = 0;
    for (let d = 0; d < dimensions; d++) {
      const value = data[i * dimensions + d];
      matrix[d * count + i] = -2 * value;
      square += value * value;
    }
    matrix[dimensions * count + i] = square;
  }
  return tf.tensor2d(matrix, [dimensions + 1, count]);
}

function squaresOf({ rows, columns, dimensions, data }: Patches): Float32Array {
  const squares = new Float32Array(rows * columns);
  for (let query = 0, at = 0; query < squares.length; query++) {
    for (const end = at + dimensions; at < end; at++) squares[query] += data[at] * data[at];
  }
  return squares;
}
