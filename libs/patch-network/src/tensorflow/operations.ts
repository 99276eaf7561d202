import { executeTensorflow } from '@fsad/tensors/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { LEAKY_SLOPE, NORM_EPSILON } from '../layout.ts';

type Padding = 'valid' | 'same';

/** Makes TensorFlow the current backend again where another part of the process chose a different one. */
export async function useTensorflow(): Promise<void> {
  if (tf.getBackend() !== 'tensorflow') await tf.setBackend('tensorflow');
}

const FLOAT = ['TYPE', 'TF_FLOAT'] as const;

/** LeakyReLU in one pass. */
export function leaky(x: tf.Tensor4D): tf.Tensor4D {
  return executeTensorflow('LeakyRelu', [x], 1, {
    alpha: ['FLOAT', LEAKY_SLOPE],
    T: FLOAT,
  })[0] as tf.Tensor4D;
}

/** The gradient before LeakyReLU from that after it; `after` are its outputs, which have the inputs' signs. */
export function leakyGradient(gradient: tf.Tensor4D, after: tf.Tensor4D): tf.Tensor4D {
  const attributes = { alpha: ['FLOAT', LEAKY_SLOPE], T: FLOAT } as const;
  return executeTensorflow('LeakyReluGrad', [gradient, after], 1, attributes)[0] as tf.Tensor4D;
}

const NORM = {
  T: FLOAT,
  U: FLOAT,
  epsilon: ['FLOAT', NORM_EPSILON],
  data_format: ['STRING', 'NHWC'],
} as const;

/** Batch normalisation with the statistics of `x` itself. */
export interface NormForward {
  readonly y: tf.Tensor4D;
  readonly mean: tf.Tensor1D;
  /** Divided by N - 1. */
  readonly unbiasedVariance: tf.Tensor1D;
  /** What `normGradient` needs. */
  readonly saved: tf.Tensor[];
}

/** scale * (x - mean) / sqrt(variance + epsilon) + shift with batch statistics. */
export function normalise(x: tf.Tensor4D, scale: tf.Tensor, shift: tf.Tensor): NormForward {
  const empty = tf.tensor1d([], 'float32');
  const [y, mean, unbiasedVariance, ...saved] = executeTensorflow(
    'FusedBatchNormV3',
    [x, scale, shift, empty, empty],
    6,
    {
      ...NORM,
      exponential_avg_factor: ['FLOAT', 1],
      is_training: ['BOOL', true],
    },
  );
  return {
    y: y as tf.Tensor4D,
    mean: mean as tf.Tensor1D,
    unbiasedVariance: unbiasedVariance as tf.Tensor1D,
    saved,
  };
}

/** Gradients of `normalise` at x, scale and shift. */
export function normGradient(
  gradient: tf.Tensor4D,
  x: tf.Tensor4D,
  scale: tf.Tensor,
  saved: readonly tf.Tensor[],
): { x: tf.Tensor4D; scale: tf.Tensor; shift: tf.Tensor } {
  const inputs = [gradient, x, scale, ...saved];
  const [atX, atScale, atShift] = executeTensorflow('FusedBatchNormGradV3', inputs, 5, {
    ...NORM,
    is_training: ['BOOL', true],
  });
  return { x: atX as tf.Tensor4D, scale: atScale, shift: atShift };
}

/** scale * (x - mean) / sqrt(variance + epsilon) + shift with given statistics, in one pass. */
export function normaliseWith(
  x: tf.Tensor4D,
  mean: tf.Tensor,
  variance: tf.Tensor,
  scale: tf.Tensor,
  shift: tf.Tensor,
): tf.Tensor4D {
  return executeTensorflow('FusedBatchNormV3', [x, scale, shift, mean, variance], 6, {
    ...NORM,
    exponential_avg_factor: ['FLOAT', 1],
    is_training: ['BOOL', false],
  })[0] as tf.Tensor4D;
}

/** 3x3 convolution of stride 1. */
export function convolve(x: tf.Tensor4D, filter: tf.Tensor4D, padding: Padding): tf.Tensor4D {
  return tf.conv2d(x, filter, 1, padding);
}

/** The gradient of `convolve` at its filter. */
export function filterGradient(x: tf.Tensor4D, gradient: tf.Tensor4D, padding: Padding): tf.Tensor4D {
  const filterShape = [3, 3, x.shape[3], gradient.shape[3]];
  return convolutionKernel('Conv2DBackpropFilter', { x, dy: gradient }, { filterShape }, padding);
}

/** The gradient of `convolve` at its input. */
export function inputGradient(
  inputShape: number[],
  gradient: tf.Tensor4D,
  filter: tf.Tensor4D,
  padding: Padding,
): tf.Tensor4D {
  return convolutionKernel('Conv2DBackpropInput', { dy: gradient, filter }, { inputShape }, padding);
}

function convolutionKernel(
  kernel: string,
  inputs: Record<string, tf.Tensor>,
  shape: Record<string, number[]>,
  pad: Padding,
): tf.Tensor4D {
  const attributes = { strides: 1, pad, dataFormat: 'NHWC', dimRoundingMode: undefined, ...shape };
  return tf.engine().runKernel(kernel, inputs, attributes as never) as tf.Tensor4D;
}

/** Cross entropies of logits [n, c] with one label each, and the gradients of their sum. */
export function crossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
): { losses: tf.Tensor; gradient: tf.Tensor2D } {
  const attributes = { T: FLOAT, Tlabels: ['TYPE', 'TF_INT32'] } as const;
  const [losses, gradient] = executeTensorflow(
    'SparseSoftmaxCrossEntropyWithLogits',
    [logits, labels],
    2,
    attributes,
  );
  return { losses, gradient: gradient as tf.Tensor2D };
}

/** Cross entropies of logits [n, c] with distributions over the labels [n, c], and the gradients of their sum. */
export function denseCrossEntropy(
  logits: tf.Tensor2D,
  distributions: tf.Tensor2D,
): { losses: tf.Tensor; gradient: tf.Tensor2D } {
  const [losses, gradient] = executeTensorflow('SoftmaxCrossEntropyWithLogits', [logits, distributions], 2, {
    T: FLOAT,
  });
  return { losses, gradient: gradient as tf.Tensor2D };
}
