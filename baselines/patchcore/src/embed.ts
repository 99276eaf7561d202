import { tensor, type Tensor } from '@fsad/tensors';

/** Vectors of patches, one after the other, over a grid. */
export interface Patches {
  readonly rows: number;
  readonly columns: number;
  readonly dimensions: number;
  /** `rows * columns * dimensions` values. */
  readonly data: Float32Array;
}

/**
 * One vector for each place of a grid: every layer's map [1, h, w, c], averaged over the `neighbourhood` places around each (odd; 1 for none) and brought to
 * the grid, one layer after the other (Roth et al. 2022, Sec. 3.1: locally aware patch features).
 */
export function embed(maps: readonly Tensor[], grid: number, neighbourhood: number): Patches {
  return joined(
    maps.map((map) => {
      const { data, shape } = resample(averageNeighbours(map, neighbourhood), grid, grid);
      return { rows: grid, columns: grid, dimensions: shape[3], data };
    }),
  );
}

/** Patches come apart, each part so many of their numbers, one after the other. */
export function partsOf(patches: Patches, parts: readonly number[]): Patches[] {
  if (parts.length === 1) return [patches];
  let first = 0;
  return parts.map((dimensions) => {
    const from = first;
    first += dimensions;
    const data = new Float32Array(patches.rows * patches.columns * dimensions);
    for (
      let place = 0, at = from;
      place < patches.rows * patches.columns;
      place++, at += patches.dimensions
    ) {
      data.set(patches.data.subarray(at, at + dimensions), place * dimensions);
    }
    return { ...patches, dimensions, data };
  });
}

/** Parts become one again, each place's numbers one after the other. */
export function joined(parts: readonly Patches[]): Patches {
  if (parts.length === 1) return parts[0];
  const [{ rows, columns }] = parts;
  const dimensions = parts.reduce((sum, part) => sum + part.dimensions, 0);
  const data = new Float32Array(rows * columns * dimensions);
  let offset = 0;
  for (const part of parts) {
    for (let place = 0; place < rows * columns; place++) {
      const vector = part.data.subarray(place * part.dimensions, (place + 1) * part.dimensions);
      data.set(vector, place * dimensions + offset);
    }
    offset += part.dimensions;
  }
  return { rows, columns, dimensions, data };
}

/** Means over the `side` x `side` places around each of [1, h, w, c]; beyond the border there is nothing to average. */
export function averageNeighbours(map: Tensor, side: number): Tensor {
  const reach = (side - 1) / 2;
  const spread = (places: number): Taps[] =>
    Array.from({ length: places }, (_, i) => {
      const first = Math.max(0, i - reach);
      const count = Math.min(places - 1, i + reach) - first + 1;
      return { first, weights: new Array<number>(count).fill(1 / count) };
    });
  return reach === 0 ? map : combine(map, spread(map.shape[1]), spread(map.shape[2]));
}

/** A map [1, h, w, c] on another grid: linear between places where it gets larger, the mean over what a new place covers where it gets smaller. */
export function resample(map: Tensor, rows: number, columns: number): Tensor {
  const [, height, width] = map.shape;
  if (height === rows && width === columns) return map;
  return combine(map, tapsOf(height, rows), tapsOf(width, columns));
}

/** Which places along one axis make a new one, from `first` on, and their weights. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

function tapsOf(from: number, to: number): Taps[] {
  const step = from / to;
  return Array.from({ length: to }, (_, i) => {
    // The interval a new place covers, or the two old places around its centre.
    const [start, end] =
      step > 1 ? [i * step, (i + 1) * step] : [(i + 0.5) * step - 0.5, (i + 0.5) * step + 0.5];
    const first = Math.max(0, Math.floor(start));
    const last = Math.min(from, Math.ceil(end)) - 1;
    const weights = Array.from(
      { length: last - first + 1 },
      (_, k) => Math.min(end, first + k + 1) - Math.max(start, first + k),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** Columns first, then rows. */
function combine({ shape, data }: Tensor, rowTaps: readonly Taps[], columnTaps: readonly Taps[]): Tensor {
  const [, height, width, channels] = shape;
  const [rows, columns] = [rowTaps.length, columnTaps.length];
  const across = new Float32Array(height * columns * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      weigh(across, (y * columns + x) * channels, channels, data, y * width * channels, columnTaps[x]);
    }
  }
  const result = tensor([1, rows, columns, channels]);
  const stride = columns * channels;
  for (let y = 0; y < rows; y++) weigh(result.data, y * stride, stride, across, 0, rowTaps[y]);
  return result;
}

/** Adds vectors of `length` by weight; in the source they follow one another from `start` on. Sums are rounded to single precision one by one. */
function weigh(
  target: Float32Array,
  at: number,
  length: number,
  source: Float32Array,
  start: number,
  { first, weights }: Taps,
): void {
  let from = start + first * length;
  let i = 0;
  // Three at a time, so that most sums are written once.
  for (; i + 3 <= weights.length; i += 3, from += 3 * length) {
    const [a, b, c] = [weights[i], weights[i + 1], weights[i + 2]];
    for (let k = 0, m = from, n = from + length, o = from + 2 * length; k < length; k++, m++, n++, o++) {
      const two = Math.fround(Math.fround(target[at + k] + a * source[m]) + b * source[n]);
      target[at + k] = two + c * source[o];
    }
  }
  for (; i < weights.length; i++, from += length) {
    const weight = weights[i];
    for (let k = 0; k < length; k++) target[at + k] += weight * source[from + k];
  }
}
