import type { Tensor } from '@fsad/tensors';
import type { Batch, Canvas } from '../engine.ts';

/** (grey, flip, tx, ty, quarter turns) of one published transformation. */
export type Tuple = readonly [number, number, number, number, number];

/**
 * Where one published transformation takes a pixel from: flip, bilinear shift by trunc(0.15 S) * S / (S - 1) with half-sample
 * reflection, quarter turns anticlockwise (docs/presets.md#4.4 to 4.10). At most four source pixels with weights.
 */
function sources(side: number, [, flip, tx, ty, turns]: Tuple, y: number, x: number): [number, number][] {
  for (let turn = 0; turn < turns; turn++) [y, x] = [x, side - 1 - y];
  const step = (Math.trunc(0.15 * side) * side) / (side - 1);
  const taps = (position: number): [number, number][] => {
    let u = position;
    if (u < -0.5) u = -1 - u;
    if (u > side - 0.5) u = 2 * side - 1 - u;
    u = Math.min(Math.max(u, 0), side - 1);
    const low = Math.min(Math.floor(u), side - 2);
    return [
      [low, 1 - (u - low)],
      [low + 1, u - low],
    ];
  };
  return taps(y - ty * step).flatMap(([row, rowWeight]) =>
    taps(x - tx * step).map(([column, columnWeight]): [number, number] => {
      return [row * side + (flip ? side - 1 - column : column), rowWeight * columnWeight];
    }),
  );
}

const LUMA = [0.299, 0.587, 0.114];

/** Visits every (pixel entry of the copy, entry of the RGB image, weight) of one transformation. */
function forEachWeight(
  side: number,
  tuple: Tuple,
  visit: (copy: number, image: number, weight: number) => void,
): void {
  for (let pixel = 0; pixel < side * side; pixel++) {
    for (const [source, weight] of sources(side, tuple, Math.trunc(pixel / side), pixel % side)) {
      for (let c = 0; c < 3; c++) {
        if (tuple[0] === 0) visit(3 * pixel + c, 3 * source + c, weight);
        else LUMA.forEach((share, from) => visit(3 * pixel + c, 3 * source + from, share * weight));
      }
    }
  }
}

/** All transformed copies of one [1, side, side, 3] image, labelled in order. */
export function publishedCopies(image: Tensor, tuples: readonly Tuple[]): Batch {
  const side = image.shape[1];
  const canvases = tuples.map((tuple, label): Canvas => {
    const images = new Float32Array(image.data.length);
    forEachWeight(side, tuple, (copy, from, weight) => (images[copy] += weight * image.data[from]));
    return { images, height: side, width: side, windows: [{ top: 0, left: 0, label }] };
  });
  return { count: 1, side, channels: 3, canvases };
}

/** The gradient at the image from the gradients at its copies. */
export function publishedAdjoint(
  side: number,
  gradients: readonly Float32Array[],
  tuples: readonly Tuple[],
): Float32Array {
  const sum = new Float32Array(gradients[0].length);
  tuples.forEach((tuple, i) =>
    forEachWeight(side, tuple, (copy, to, weight) => (sum[to] += weight * gradients[i][copy])),
  );
  return sum;
}
