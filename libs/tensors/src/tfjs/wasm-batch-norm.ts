import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { allocate, floatsOf } from './wasm-memory.ts';

interface Attributes {
  readonly epsilon: number;
  readonly relu: boolean;
}

/** Batch normalisation, and ReLU where asked: [y, mean, biased variance]. Sums are taken in doubles. */
export const batchNormKernel: KernelFunc = ({ inputs, attrs, backend: untyped }) => {
  const backend = untyped as BackendWasm;
  const { x, scale, shift } = inputs as Record<'x' | 'scale' | 'shift', TensorInfo>;
  const { epsilon, relu } = attrs as unknown as Attributes;
  const outputs = [x, scale, scale].map(({ shape }) => allocate(backend, shape));
  const [y, mean, variance] = outputs.map((info) => floatsOf(backend, info));
  const values = floatsOf(backend, x);
  moments(values, mean, variance);
  const weight = floatsOf(backend, scale);
  const factor = Float64Array.from(weight, (value, c) => value / Math.sqrt(variance[c] + epsilon));
  const offset = Float64Array.from(floatsOf(backend, shift), (value, c) => value - mean[c] * factor[c]);
  scaleAndShift(values, factor, offset, relu ? 0 : -Infinity, y);
  return outputs;
};

/** The gradients of batch normalisation at x, scale and shift. */
export const batchNormGradKernel: KernelFunc = ({ inputs, attrs, backend: untyped }) => {
  const backend = untyped as BackendWasm;
  const infos = inputs as Record<'gradient' | 'x' | 'y' | 'scale' | 'mean' | 'variance', TensorInfo>;
  const { epsilon, relu } = attrs as unknown as Attributes;
  const outputs = [infos.x, infos.scale, infos.scale].map(({ shape }) => allocate(backend, shape));
  const [atX, atScale, atShift] = outputs.map((info) => floatsOf(backend, info));
  const x = floatsOf(backend, infos.x);
  const mean = Float64Array.from(floatsOf(backend, infos.mean));
  const variance = floatsOf(backend, infos.variance);
  const inverse = Float64Array.from(variance, (value) => 1 / Math.sqrt(value + epsilon));
  const gradient = floatsOf(backend, infos.gradient);
  const before = relu ? where(floatsOf(backend, infos.y), gradient, atX) : gradient;
  const sums = new Float64Array(mean.length);
  const products = new Float64Array(mean.length);
  addProducts(before, x, mean, sums, products);
  atScale.set(products.map((value, c) => value * inverse[c]));
  atShift.set(sums);
  const count = x.length / mean.length;
  const factor = Float64Array.from(floatsOf(backend, infos.scale), (value, c) => value * inverse[c]);
  const slope = products.map((value, c) => (-factor[c] * inverse[c] ** 2 * value) / count);
  const offset = sums.map((value, c) => (-factor[c] * value) / count - slope[c] * mean[c]);
  combine(before, factor, x, slope, offset, atX);
  return outputs;
};

// Each pass over memory is a function of its own: the compiler makes far better code of small ones.

/** y = max(floor, factor * x + offset). */
function scaleAndShift(
  x: Float32Array,
  factor: Float64Array,
  offset: Float64Array,
  floor: number,
  y: Float32Array,
): void {
  const channels = factor.length;
  for (let i = 0; i < x.length;) {
    for (let c = 0; c < channels; c++, i++) {
      const value = x[i] * factor[c] + offset[c];
      y[i] = value < floor ? floor : value;
    }
  }
}

/** The values where `y` is positive, else zero. */
function where(y: Float32Array, values: Float32Array, result: Float32Array): Float32Array {
  for (let i = 0; i < y.length; i++) result[i] = y[i] > 0 ? values[i] : 0;
  return result;
}

/** Adds the gradients, and their products with x - mean, up by channel. */
function addProducts(
  gradient: Float32Array,
  x: Float32Array,
  mean: Float64Array,
  sums: Float64Array,
  products: Float64Array,
): void {
  const channels = mean.length;
  for (let i = 0; i < x.length;) {
    for (let c = 0; c < channels; c++, i++) {
      const value = gradient[i];
      sums[c] += value;
      products[c] += value * (x[i] - mean[c]);
    }
  }
}

/** result = factor * a + slope * b + offset. */
function combine(
  a: Float32Array,
  factor: Float64Array,
  b: Float32Array,
  slope: Float64Array,
  offset: Float64Array,
  result: Float32Array,
): void {
  const channels = factor.length;
  for (let i = 0; i < a.length;) {
    for (let c = 0; c < channels; c++, i++) result[i] = factor[c] * a[i] + slope[c] * b[i] + offset[c];
  }
}

/** Mean and biased variance by channel, taken around the first pixel to keep their digits. */
function moments(values: Float32Array, mean: Float32Array, variance: Float32Array): void {
  const channels = mean.length;
  const count = values.length / channels;
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  const origin = Float64Array.from(values.subarray(0, channels));
  for (let i = 0; i < values.length;) {
    for (let c = 0; c < channels; c++, i++) {
      const value = values[i] - origin[c];
      sums[c] += value;
      squares[c] += value * value;
    }
  }
  for (let c = 0; c < channels; c++) {
    const shifted = sums[c] / count;
    mean[c] = origin[c] + shifted;
    variance[c] = Math.max(0, squares[c] / count - shifted * shifted);
  }
}
