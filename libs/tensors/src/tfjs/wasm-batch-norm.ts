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
  const channels = scale.shape[0];
  const outputs = [allocate(backend, x.shape), allocate(backend, [channels]), allocate(backend, [channels])];
  const [y, mean, variance] = outputs.map((info) => floatsOf(backend, info));
  const input = floatsOf(backend, x);
  moments(input, mean, variance);
  const weight = floatsOf(backend, scale);
  const factor = Float64Array.from(weight, (value, c) => value / Math.sqrt(variance[c] + epsilon));
  const offset = Float64Array.from(floatsOf(backend, shift), (value, c) => value - mean[c] * factor[c]);
  const floor = relu ? 0 : -Infinity;
  for (let i = 0; i < input.length;) {
    for (let c = 0; c < channels; c++, i++) {
      const value = input[i] * factor[c] + offset[c];
      y[i] = value < floor ? floor : value;
    }
  }
  return outputs;
};

/** The gradients of batch normalisation at x, scale and shift. */
export const batchNormGradKernel: KernelFunc = ({ inputs, attrs, backend: untyped }) => {
  const backend = untyped as BackendWasm;
  const infos = inputs as Record<'gradient' | 'x' | 'y' | 'scale' | 'mean' | 'variance', TensorInfo>;
  const { epsilon, relu } = attrs as unknown as Attributes;
  const channels = infos.scale.shape[0];
  const outputs = [
    allocate(backend, infos.x.shape),
    allocate(backend, [channels]),
    allocate(backend, [channels]),
  ];
  const [atX, atScale, atShift] = outputs.map((info) => floatsOf(backend, info));
  const gradient = floatsOf(backend, infos.gradient);
  const x = floatsOf(backend, infos.x);
  const y = floatsOf(backend, infos.y);
  const mean = Float64Array.from(floatsOf(backend, infos.mean));
  const inverse = Float64Array.from(
    floatsOf(backend, infos.variance),
    (value) => 1 / Math.sqrt(value + epsilon),
  );
  const sums = new Float64Array(channels);
  const products = new Float64Array(channels);
  for (let i = 0; i < x.length;) {
    for (let c = 0; c < channels; c++, i++) {
      const before = relu && !(y[i] > 0) ? 0 : gradient[i];
      atX[i] = before;
      sums[c] += before;
      products[c] += before * (x[i] - mean[c]);
    }
  }
  atScale.set(products.map((value, c) => value * inverse[c]));
  atShift.set(sums);
  const count = x.length / channels;
  const factor = Float64Array.from(floatsOf(backend, infos.scale), (value, c) => value * inverse[c]);
  const slope = products.map((value, c) => (-factor[c] * inverse[c] * inverse[c] * value) / count);
  const offset = sums.map((value, c) => (-factor[c] * value) / count - slope[c] * mean[c]);
  for (let i = 0; i < x.length;) {
    for (let c = 0; c < channels; c++, i++) atX[i] = factor[c] * atX[i] + slope[c] * x[i] + offset[c];
  }
  return outputs;
};

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
