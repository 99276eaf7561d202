import { LEAKY_SLOPE } from '../layout.ts';

/** Pictures of one size in double precision, [count, height, width, channels]. */
export interface FeatureMap {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Float64Array;
}

/** A map of zeros. */
export function featureMap(count: number, height: number, width: number, channels: number): FeatureMap {
  return { count, height, width, channels, data: new Float64Array(count * height * width * channels) };
}

/** A 3x3 convolution's filter [3, 3, input, output] with its shape and the zero rows that surround its input. */
export interface Filter {
  readonly weight: ArrayLike<number>;
  readonly input: number;
  readonly output: number;
  /** 0 for `valid`, 1 for `same`. */
  readonly pad: number;
}

/** y[n, i, j] = bias + sum over a, b of x[n, i + a - pad, j + b - pad] weight[a, b]. */
export function convolve(x: FeatureMap, filter: Filter, bias: ArrayLike<number>): FeatureMap {
  const { input, output } = filter;
  const weight = Float64Array.from(filter.weight);
  const y = featureMap(x.count, x.height + 2 * filter.pad - 2, x.width + 2 * filter.pad - 2, output);
  const { data: from } = x;
  const { data: into } = y;
  for (let i = 0; i < into.length; i += output) {
    for (let o = 0; o < output; o++) into[i + o] = bias[o];
  }
  forEachRow(x, y, filter.pad, (xi, yi, pixels, tap) => {
    for (let i = 0; i < pixels; i++, xi += input, yi += output) {
      for (let c = 0; c < input; c++) {
        const value = from[xi + c];
        const row = (tap * input + c) * output;
        for (let o = 0; o < output; o++) into[yi + o] += value * weight[row + o];
      }
    }
  });
  return y;
}

/** The gradient at a convolution's input from that at its output. */
export function convolveInputGradient(x: FeatureMap, gradient: FeatureMap, filter: Filter): FeatureMap {
  const { input, output } = filter;
  const weight = Float64Array.from(filter.weight);
  const result = featureMap(x.count, x.height, x.width, input);
  const { data: from } = gradient;
  const { data: into } = result;
  forEachRow(x, gradient, filter.pad, (xi, yi, pixels, tap) => {
    for (let i = 0; i < pixels; i++, xi += input, yi += output) {
      for (let c = 0; c < input; c++) {
        const row = (tap * input + c) * output;
        let sum = 0;
        for (let o = 0; o < output; o++) sum += from[yi + o] * weight[row + o];
        into[xi + c] += sum;
      }
    }
  });
  return result;
}

/** Adds the gradient of a convolution's filter to `into`. */
export function addFilterGradient(
  into: Float64Array,
  x: FeatureMap,
  gradient: FeatureMap,
  pad: number,
): void {
  const input = x.channels;
  const output = gradient.channels;
  const { data: values } = x;
  const { data: slopes } = gradient;
  forEachRow(x, gradient, pad, (xi, yi, pixels, tap) => {
    for (let i = 0; i < pixels; i++, xi += input, yi += output) {
      for (let c = 0; c < input; c++) {
        const value = values[xi + c];
        const row = (tap * input + c) * output;
        for (let o = 0; o < output; o++) into[row + o] += value * slopes[yi + o];
      }
    }
  });
}

/** Adds the sum of `gradient` over pictures and positions to `into`. */
export function addBiasGradient(into: Float64Array, gradient: FeatureMap): void {
  for (let i = 0; i < gradient.data.length; i++) into[i % gradient.channels] += gradient.data[i];
}

/**
 * Visits every pair of input and output row that one of the nine filter taps connects: the offsets of the first pixels, how many
 * pixels follow each other in both, and the tap.
 */
function forEachRow(
  x: FeatureMap,
  y: FeatureMap,
  pad: number,
  visit: (xOffset: number, yOffset: number, pixels: number, tap: number) => void,
): void {
  for (let n = 0; n < y.count; n++) {
    for (let i = 0; i < y.height; i++) {
      for (let tap = 0; tap < 9; tap++) {
        const row = i + Math.trunc(tap / 3) - pad;
        const shift = (tap % 3) - pad;
        if (row < 0 || row >= x.height) continue;
        const first = Math.max(0, -shift);
        const pixels = Math.min(y.width, x.width - shift) - first;
        const xOffset = ((n * x.height + row) * x.width + first + shift) * x.channels;
        if (pixels > 0) visit(xOffset, ((n * y.height + i) * y.width + first) * y.channels, pixels, tap);
      }
    }
  }
}

/** LeakyReLU with slope 0.2 below zero. */
export function leaky(value: number): number {
  return value > 0 ? value : LEAKY_SLOPE * value;
}

/** Mean and biased variance of one layer's channels, and the total weight they were taken over. */
export interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly total: number;
}

/** Moments over all maps, each position weighed by its coverage (one coverage map a feature map, shared by its pictures). */
export function weightedMoments(maps: readonly FeatureMap[], coverages: readonly Float64Array[]): Moments {
  const channels = maps[0].channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  let total = 0;
  const forEach = (visit: (value: number, channel: number, weight: number) => void): void => {
    maps.forEach(({ data, height, width }, index) => {
      for (let i = 0; i < data.length; i++) {
        visit(data[i], i % channels, coverages[index][Math.trunc(i / channels) % (height * width)]);
      }
    });
  };
  forEach((value, channel, weight) => {
    mean[channel] += weight * value;
    if (channel === 0) total += weight;
  });
  for (let c = 0; c < channels; c++) mean[c] /= total;
  forEach((value, channel, weight) => {
    variance[channel] += weight * (value - mean[channel]) ** 2;
  });
  for (let c = 0; c < channels; c++) variance[c] /= total;
  return { mean, variance, total };
}
