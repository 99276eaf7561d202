import type { RandomStream, Tensor } from '@fsad/tensors';

/** Top left corner of a patch in image `image`. */
export interface Corner {
  readonly image: number;
  readonly row: number;
  readonly column: number;
}

/** Two patches, and for position pairs the direction of the second from the first (0 .. 7). */
export interface Pair {
  readonly first: Corner;
  readonly second: Corner;
  readonly direction: number;
}

/** Row and column signs of the eight compass directions. */
const compass = [
  [-1, -1],
  [-1, 0],
  [-1, 1],
  [0, -1],
  [0, 1],
  [1, -1],
  [1, 0],
  [1, 1],
];

/** Standard deviations of the colour offset of a patch and of its pixels' noise. */
const colourNoise = 0.02;
const pixelNoise = 0.02;

/**
 * Draws two patches of `patch` pixels, the second 3/4 to 1 patch further along each axis the direction has.
 * @param borders `clip` moves a second patch that leaves the image back into it; `inside` draws only first patches that leave it room
 */
export function drawPositionPair(
  stream: RandomStream,
  images: number,
  size: number,
  patch: number,
  borders: 'clip' | 'inside',
): Pair {
  const last = size - patch;
  const direction = stream.integer(compass.length);
  const [rowSign, columnSign] = compass[direction];
  const step = (sign: number): number => sign * ((3 * patch) / 4 + stream.integer(patch / 4));
  const start = (offset: number): number =>
    borders === 'clip'
      ? stream.integer(last + 1)
      : Math.max(0, -offset) + stream.integer(last + 1 - Math.abs(offset));
  const image = stream.integer(images);
  const offsets = [step(rowSign), step(columnSign)];
  const [row, column] = offsets.map(start);
  return {
    direction,
    first: { image, row, column },
    second: { image, row: clip(row + offsets[0], last), column: clip(column + offsets[1], last) },
  };
}

/** Draws two patches at most 1/32 of their side apart along each axis, not both zero before clipping. */
export function drawNeighbours(stream: RandomStream, images: number, size: number, patch: number): Pair {
  const last = size - patch;
  const reach = patch / 32;
  const first = {
    image: stream.integer(images),
    row: stream.integer(last + 1),
    column: stream.integer(last + 1),
  };
  let [down, right] = [0, 0];
  while (down === 0 && right === 0) {
    down = stream.integer(2 * reach + 1) - reach;
    right = stream.integer(2 * reach + 1) - reach;
  }
  const second = {
    image: first.image,
    row: clip(first.row + down, last),
    column: clip(first.column + right, last),
  };
  return { first, second, direction: -1 };
}

/** Cuts 32-pixel patches from images [k, size, size, 3], corner by corner; 64-pixel ones as their four quadrants in reading order. */
export function cutPatches(images: Tensor, corners: readonly Corner[], patch: 32 | 64): Float32Array {
  const size = images.shape[1];
  const side = 32;
  const run = side * 3;
  const offsets =
    patch === 32 ? [[0, 0]] : [0, side].flatMap((down) => [0, side].map((right) => [down, right]));
  const patches = new Float32Array(corners.length * offsets.length * side * run);
  let at = 0;
  for (const { image, row, column } of corners) {
    for (const [down, right] of offsets) {
      for (let y = 0; y < side; y++, at += run) {
        const from = ((image * size + row + down + y) * size + column + right) * 3;
        patches.set(images.data.subarray(from, from + run), at);
      }
    }
  }
  return patches;
}

/** Gives each patch of `length` values its own colour offset, and every value its own noise. */
export function addNoise(patches: Float32Array, length: number, stream: RandomStream): void {
  const noise = stream.normal(patches.length);
  const offsets = stream.normal((patches.length / length) * 3);
  for (let i = 0; i < patches.length; i++) {
    patches[i] += pixelNoise * noise[i] + colourNoise * offsets[Math.floor(i / length) * 3 + (i % 3)];
  }
}

function clip(value: number, last: number): number {
  return Math.min(Math.max(value, 0), last);
}
