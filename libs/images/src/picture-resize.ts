import type { Image } from './image.ts';
import { cubic } from './resize.ts';

/** Pillow's resampling filters: bicubic has a = -0.5, both widen when shrinking. */
export type PictureFilter = 'bilinear' | 'bicubic';

const FILTERS = {
  bilinear: { support: 1, kernel: (x: number): number => Math.max(1 - Math.abs(x), 0) },
  bicubic: { support: 2, kernel: cubic },
};

const PRECISION = 22;

interface Axis {
  readonly starts: Int32Array;
  readonly weights: readonly Int32Array[];
}

/**
 * Resizes an 8-bit picture as Pillow does, to the bit: horizontal pass, then vertical, 22-bit integer weights, rounded to 8 bit after each. It is
 * also what torchvision's `Resize` does to a picture (docs/presets.md#3.9, 3.11, 3.12).
 * @throws RangeError when a side is no positive integer.
 */
export function resizeImage(image: Image, width: number, height: number, filter: PictureFilter): Image {
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1)
      throw new RangeError(`cannot resize a picture to ${width} x ${height}`);
  }
  let { data } = image;
  if (width !== image.width) {
    data = pass(data, image.height, image.width, image.channels, axis(image.width, width, filter));
  }
  if (height !== image.height) {
    data = pass(data, 1, image.height, width * image.channels, axis(image.height, height, filter));
  }
  return { width, height, channels: image.channels, data };
}

/** The side x side square in the middle, as torchvision's `CenterCrop` places it. @throws RangeError when it does not fit. */
export function cropCentre(image: Image, side: number): Image {
  const { width, height, channels } = image;
  if (side > width || side > height) {
    throw new RangeError(`cannot cut ${side} x ${side} from a picture of ${width} x ${height}`);
  }
  const left = halfEven((width - side) / 2);
  const top = halfEven((height - side) / 2);
  const data = new Uint8Array(side * side * channels);
  for (let row = 0; row < side; row++) {
    const start = ((top + row) * width + left) * channels;
    data.set(image.data.subarray(start, start + side * channels), row * side * channels);
  }
  return { width: side, height: side, channels, data };
}

/** Rounds halves to even, as Python does. */
function halfEven(value: number): number {
  const rounded = Math.round(value);
  return value % 1 === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function axis(input: number, output: number, filter: PictureFilter): Axis {
  const { support, kernel } = FILTERS[filter];
  const scale = input / output;
  const stretch = Math.max(scale, 1);
  const starts = new Int32Array(output);
  const weights = Array.from({ length: output }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const start = Math.max(Math.trunc(centre - support * stretch + 0.5), 0);
    const end = Math.min(Math.trunc(centre + support * stretch + 0.5), input);
    starts[i] = start;
    const raw = Array.from({ length: end - start }, (_, j) => kernel((start + j - centre + 0.5) / stretch));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return Int32Array.from(raw, (weight) => {
      const fixed = (weight / sum) * (1 << PRECISION);
      return Math.trunc(fixed + (fixed < 0 ? -0.5 : 0.5));
    });
  });
  return { starts, weights };
}

/**
 * Resamples the middle axis of [blocks, length, run] bytes. Sums stay below 2^31: the weights' magnitudes add up to less than 1.5 * 2^22, times 255.
 */
function pass(
  from: Uint8Array,
  blocks: number,
  length: number,
  run: number,
  { starts, weights }: Axis,
): Uint8Array {
  const output = starts.length;
  const to = new Uint8Array(blocks * output * run);
  const sums = new Int32Array(run);
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < output; i++) {
      const source = (block * length + starts[i]) * run;
      const target = (block * output + i) * run;
      if (run === 3) weighThree(from, source, weights[i], sums);
      else weigh(from, source, weights[i], sums);
      for (let c = 0; c < run; c++) to[target + c] = Math.min(Math.max(sums[c] >> PRECISION, 0), 255);
    }
  }
  return to;
}

/** sums[c] = 1/2 + sum over j of taps[j] from[source + j run + c], in units of 2^-22, where run is the length of sums. */
function weigh(from: Uint8Array, source: number, taps: Int32Array, sums: Int32Array): void {
  const run = sums.length;
  sums.fill(1 << (PRECISION - 1));
  for (let j = 0; j < taps.length; j++) {
    const tap = taps[j];
    const row = source + j * run;
    for (let c = 0; c < run; c++) sums[c] += Math.imul(tap, from[row + c]);
  }
}

/** `weigh` for the pixels of a row of RGB, which is where most of the time goes. */
function weighThree(from: Uint8Array, source: number, taps: Int32Array, sums: Int32Array): void {
  let red = 1 << (PRECISION - 1);
  let green = red;
  let blue = red;
  for (let j = 0, at = source; j < taps.length; j++, at += 3) {
    const tap = taps[j];
    red = (red + Math.imul(tap, from[at])) | 0;
    green = (green + Math.imul(tap, from[at + 1])) | 0;
    blue = (blue + Math.imul(tap, from[at + 2])) | 0;
  }
  sums[0] = red;
  sums[1] = green;
  sums[2] = blue;
}
