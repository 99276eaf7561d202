import type { FeatureExtractor } from '@fsad/features';
import type { Tensor } from '@fsad/tensors';
import type { Shelf } from './bank.ts';
import type { PatchCoreConfig } from './config.ts';
import { resample } from './embed.ts';
import { glimpse } from './glimpse.ts';
import { compared } from './kind.ts';
import { median, sumOf, type Learned } from './learn.ts';
import { smooth } from './smooth.ts';

/** What was found in one picture. */
export interface Finding {
  readonly score: number;
  /** Distances of all patches, `grid * grid`. */
  readonly distances: Float32Array;
}

/** Compares a square picture [1, side, side, 3] in [-1, 1] with the bank. */
export async function inspectPicture(
  config: PatchCoreConfig,
  network: FeatureExtractor,
  { bank, usual, evenness, reach }: Learned,
  picture: Tensor,
): Promise<Finding> {
  const patches = compared(config, usual, await glimpse(config, network, picture));
  const { retrieve } = config;
  const shelves = retrieve === null ? [0] : bank.resembling(patches, retrieve);
  const nearest = await bank.nearest(patches, shelves);
  const distance = sumOf(nearest);
  let strange = 0;
  if (config.own !== null) {
    const { radius, doubt } = config.own;
    strange = doubt * Math.max(0, median(distance) - reach);
    const own = await bank.nearestOfOwn(patches, radius);
    const explained = sumOf(nearest.map((part, p) => part.map((value, i) => Math.min(value, own[p][i]))));
    for (let i = 0; i < explained.length; i++) distance[i] = Math.min(distance[i], explained[i] + strange);
  }
  const { block, fraction, neighbours } = config.score;
  const largest = (): number => meanOfLargest(averageBlocks(distance, config.grid, block), fraction);
  if (evenness) {
    for (let i = 0; i < distance.length; i++) distance[i] *= evenness[i];
    return { score: largest() - median(distance) + strange, distances: distance };
  }
  if (neighbours === 0) return { score: largest(), distances: distance };
  const worst = distance.reduce((most, value, i) => (value > distance[most] ? i : most), 0);
  const { dimensions, data } = patches;
  const patch = data.subarray(worst * dimensions, (worst + 1) * dimensions);
  const { vectors, index } = nearestVector(
    patch,
    shelves.map((shelf) => bank.shelves[shelf]),
  );
  const weight = unusualness(patch, distance[worst], vectors, index, neighbours);
  return { score: weight * distance[worst], distances: distance };
}

/** The vector that is nearest to a patch: where it lies, among which others. */
function nearestVector(
  patch: Float32Array,
  shelves: readonly Shelf[],
): { readonly vectors: Tensor; readonly index: number } {
  let best = { vectors: shelves[0].vectors, index: 0 };
  let least = Infinity;
  for (const { vectors } of shelves) {
    const [count, dimensions] = vectors.shape;
    for (let index = 0; index < count; index++) {
      const distance = distanceOf(patch, vectors.data.subarray(index * dimensions, (index + 1) * dimensions));
      if (distance >= least) continue;
      least = distance;
      best = { vectors, index };
    }
  }
  return best;
}

/**
 * The means over every `side` x `side` values of a `grid` x `grid` that lie side by side, (grid - side + 1) squared of them: a defect reaches over several
 * patches, what differs by chance does not.
 */
export function averageBlocks(values: Float32Array, grid: number, side: number): Float32Array {
  const across = grid - side + 1;
  const means = new Float32Array(across * across);
  for (let place = 0; place < means.length; place++) {
    const first = Math.floor(place / across) * grid + (place % across);
    let sum = 0;
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) sum += values[first + row * grid + column];
    }
    means[place] = sum / side ** 2;
  }
  return means;
}

/** The mean of the largest of some values, the share `fraction` of them but one at least. */
export function meanOfLargest(values: Float32Array, fraction: number): number {
  const count = countOfLargest(values.length, fraction);
  const largest = Float32Array.from(values)
    .sort()
    .subarray(values.length - count);
  return largest.reduce((sum, value) => sum + value, 0) / count;
}

/** How many of some values a share of the largest is: one at least. */
export function countOfLargest(values: number, fraction: number): number {
  return Math.max(1, Math.round(fraction * values));
}

/**
 * How little a patch's nearest vector in the bank has to do with its own neighbours there: 1 - exp(d(q, m)) / sum over m's `count` nearest n, m among them, of
 * exp(d(q, n)) (Roth et al. 2022, Eq. 7).
 */
export function unusualness(
  patch: Float32Array,
  distance: number,
  bank: Tensor,
  nearest: number,
  count: number,
): number {
  const [total, dimensions] = bank.shape;
  const vector = (i: number): Float32Array => bank.data.subarray(i * dimensions, (i + 1) * dimensions);
  const around = Array.from({ length: total }, (_, i) => [distanceOf(vector(nearest), vector(i)), i] as const)
    .sort(([a], [b]) => a - b)
    .slice(0, count);
  if (around.length < 2) return 1;
  // All exponents less the distance, so that none overflows.
  const sum = around.reduce((all, [, i]) => all + Math.exp(distanceOf(patch, vector(i)) - distance), 0);
  return 1 - 1 / sum;
}

/** The map in pixels: patch distances brought to the picture's side, linearly, and smoothed. */
export function drawMap({ grid, size, crop, blur }: PatchCoreConfig, distances: Float32Array): Float32Array {
  const side = crop ?? size;
  const { data } = resample({ shape: [1, grid, grid, 1], data: distances }, side, side);
  return blur > 0 ? smooth(data, side, blur) : Float32Array.from(data);
}

function distanceOf(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d] - b[d]) ** 2;
  return Math.sqrt(sum);
}
