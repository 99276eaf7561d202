/** Patches along one side of an image. */
export function gridSize(size: number, patch: number, stride: number): number {
  return Math.floor((size - patch) / stride) + 1;
}

/**
 * Euclidean distance from each of `queries` to the nearest entry of `bank`, exact.
 * @param queries `dimensions` values each
 * @param bank `dimensions` values each
 */
export function nearestDistances(
  queries: Float32Array,
  bank: Float32Array,
  dimensions: number,
): Float32Array {
  const count = queries.length / dimensions;
  const entries = bank.length / dimensions;
  const distances = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let best = Infinity;
    const consider = (j: number): void =>
      void (best = squaredDistance(queries, i, bank, j, dimensions, best));
    // Patches at the same place in the training images are likeliest to be near, and a near one cuts the others short.
    for (let j = i; j < entries; j += count) consider(j);
    for (let j = 0; j < entries && best > 0; j++) consider(j);
    distances[i] = Math.sqrt(best);
  }
  return distances;
}

/** The squared distance of entry i of a and entry j of b, or `enough` where it is not smaller. */
function squaredDistance(
  a: Float32Array,
  i: number,
  b: Float32Array,
  j: number,
  dimensions: number,
  enough: number,
): number {
  let sum = 0;
  for (let d = 0, x = i * dimensions, y = j * dimensions; d < dimensions; d++) {
    sum += (a[x + d] - b[y + d]) ** 2;
    if (sum >= enough) return enough;
  }
  return sum;
}

/** Spreads a value per patch [grid, grid] over the image: each pixel gets the mean of the patches that cover it. */
export function spread(values: Float32Array, size: number, patch: number, stride: number): Float32Array {
  const grid = gridSize(size, patch, stride);
  const sums = new Float64Array(size * size);
  const covers = new Uint32Array(size * size);
  for (let row = 0; row < grid; row++) {
    for (let column = 0; column < grid; column++) {
      const value = values[row * grid + column];
      for (let y = row * stride; y < row * stride + patch; y++) {
        const start = y * size + column * stride;
        for (let at = start; at < start + patch; at++) {
          sums[at] += value;
          covers[at]++;
        }
      }
    }
  }
  return Float32Array.from(sums, (sum, i) => sum / covers[i]);
}

/** One map of several, pixel by pixel. */
export function combineMaps(maps: readonly Float32Array[], how: 'product' | 'sum'): Float32Array {
  return maps.reduce((all, map) => all.map((value, i) => (how === 'sum' ? value + map[i] : value * map[i])));
}
