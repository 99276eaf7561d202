import type { Image } from './image.ts';

const A = -0.75;
const BITS = 11;

/** OpenCV's cubic weights of the four taps around a position `f` past the second. */
function taps(f: number): [number, number, number, number] {
  const outer = (d: number): number => ((A * d - 5 * A) * d + 8 * A) * d - 4 * A;
  const inner = (d: number): number => ((A + 2) * d - (A + 3)) * d * d + 1;
  const weights: [number, number, number] = [outer(f + 1), inner(f), inner(1 - f)];
  return [...weights, 1 - weights[0] - weights[1] - weights[2]];
}

/** For each output position four clamped input positions and their 11-bit weights. */
function axis(input: number, output: number): { indices: Int32Array; weights: Int32Array } {
  const indices = new Int32Array(4 * output);
  const weights = new Int32Array(4 * output);
  for (let i = 0; i < output; i++) {
    const position = Math.fround((i + 0.5) * (input / output) - 0.5);
    const first = Math.floor(position);
    for (const [j, weight] of taps(position - first).entries()) {
      indices[4 * i + j] = Math.min(Math.max(first - 1 + j, 0), input - 1);
      weights[4 * i + j] = Math.round(weight * (1 << BITS));
    }
  }
  return { indices, weights };
}

/**
 * Resizes an 8-bit picture as OpenCV's INTER_CUBIC does: a = -0.75, no antialiasing, edge pixels repeated, 11-bit weights, one rounding at the end; within one
 * grey level of OpenCV 5.0.0.
 * The published code reads Paris training pictures this way (docs/presets.md#3.13).
 */
export function resizeImageOpenCv(image: Image, width: number, height: number): Image {
  const { channels } = image;
  const columns = axis(image.width, width);
  const rows = axis(image.height, height);
  const wide = new Int32Array(image.height * width * channels);
  for (let y = 0; y < image.height; y++) {
    for (let i = 0; i < 4 * width; i++) {
      const source = (y * image.width + columns.indices[i]) * channels;
      const target = (y * width + (i >> 2)) * channels;
      for (let c = 0; c < channels; c++) wide[target + c] += columns.weights[i] * image.data[source + c];
    }
  }
  const run = width * channels;
  const data = new Uint8ClampedArray(height * run);
  for (let y = 0; y < height; y++) {
    for (let c = 0; c < run; c++) {
      let sum = 0;
      for (let j = 4 * y; j < 4 * y + 4; j++) sum += rows.weights[j] * wide[rows.indices[j] * run + c];
      data[y * run + c] = Math.round(sum / 2 ** (2 * BITS));
    }
  }
  return { width, height, channels, data: new Uint8Array(data.buffer) };
}
