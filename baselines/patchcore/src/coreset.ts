import { randomStream } from '@fsad/tensors';

/**
 * Chooses `count` of some vectors so that none is far from a chosen one: the farthest from those chosen comes next (greedy k-centre; Roth et al. 2022,
 * Algorithm 1), seen through a random projection (Johnson and Lindenstrauss), as published.
 * @param vectors `dimensions` values each
 * @param projection numbers a vector is projected to; 0 for none
 * @returns indices in the order they were chosen
 */
export function chooseCoreset(
  vectors: Float32Array,
  dimensions: number,
  count: number,
  projection: number,
  seed: number,
): Uint32Array {
  const projected = projection > 0 ? project(vectors, dimensions, projection, seed) : vectors;
  return farthestFirst(projected, projection > 0 ? projection : dimensions, count, seed);
}

/** Products with a Gaussian matrix drawn from the seed, which keeps distances up to a factor and some noise. */
function project(vectors: Float32Array, dimensions: number, to: number, seed: number): Float32Array {
  const matrix = randomStream(seed, 'coreset/projection').normal(dimensions * to);
  const total = vectors.length / dimensions;
  const result = new Float32Array(total * to);
  for (let i = 0; i < total; i++) {
    const row = result.subarray(i * to, (i + 1) * to);
    for (let d = 0; d < dimensions; d++) {
      const value = vectors[i * dimensions + d];
      const start = d * to;
      for (let j = 0; j < to; j++) row[j] += value * matrix[start + j];
    }
  }
  return result;
}

/**
 * Farthest-first traversal (Gonzalez 1985). A vector is left alone when its centre is at least twice as far from the new one as the vector is from
 * its centre: by the triangle inequality the new one cannot be nearer.
 */
export function farthestFirst(
  vectors: Float32Array,
  dimensions: number,
  count: number,
  seed: number,
): Uint32Array {
  const total = vectors.length / dimensions;
  const chosen = new Uint32Array(Math.min(count, total));
  const near = new Float32Array(total).fill(Infinity); // squared distance to the nearest chosen
  const owner = new Uint32Array(total); // which chosen one that is
  const apart = new Float32Array(chosen.length); // squared distances of the newest to those before
  let next = randomStream(seed, 'coreset/first').integer(total);
  for (let centre = 0; centre < chosen.length; centre++) {
    chosen[centre] = next;
    for (let earlier = 0; earlier < centre; earlier++) {
      apart[earlier] = squaredDistance(vectors, chosen[earlier], next, dimensions);
    }
    let farthest = 0;
    const newest = next;
    for (let i = 0; i < total; i++) {
      if (apart[owner[i]] < 4 * near[i]) {
        const distance = squaredDistance(vectors, i, newest, dimensions);
        if (distance < near[i]) {
          near[i] = distance;
          owner[i] = centre;
        }
      }
      if (near[i] > near[farthest]) farthest = i;
    }
    next = farthest;
  }
  return chosen;
}

function squaredDistance(vectors: Float32Array, i: number, j: number, dimensions: number): number {
  let sum = 0;
  for (let d = 0, a = i * dimensions, b = j * dimensions; d < dimensions; d++) {
    const difference = vectors[a + d] - vectors[b + d];
    sum += difference * difference;
  }
  return sum;
}
