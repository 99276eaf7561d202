import * as tf from '@tensorflow/tfjs-core';
import { executeTensorflow } from './execute.ts';

export interface BatchNormOptions {
  readonly epsilon: number;
  /** Whether a ReLU follows, which is then part of the same pass. */
  readonly relu: boolean;
  /** Receives the batch's mean and unbiased variance [c], for running statistics; they are gone afterwards. */
  readonly observe?: (mean: tf.Tensor1D, unbiasedVariance: tf.Tensor1D) => void;
}

/** Forward and backward of one backend. `saved` goes from the first to the second. */
interface Passes {
  forward(
    x: tf.Tensor4D,
    scale: tf.Tensor1D,
    shift: tf.Tensor1D,
    options: BatchNormOptions,
  ): { y: tf.Tensor4D; mean: tf.Tensor1D; unbiasedVariance: tf.Tensor1D; saved: tf.Tensor[] };
  /** Gradients at x, scale and shift. */
  backward(
    gradient: tf.Tensor4D,
    inputs: readonly [x: tf.Tensor4D, scale: tf.Tensor1D, y: tf.Tensor4D],
    saved: readonly tf.Tensor[],
    options: BatchNormOptions,
  ): [tf.Tensor, tf.Tensor, tf.Tensor];
}

/**
 * Batch normalisation of [n, h, w, c] with the batch's own statistics: scale * (x - mean) / sqrt(variance + epsilon) + shift, the biased
 * variance; and where asked a ReLU. Its gradient is written out, which costs a fraction of the composed one's.
 */
export function batchNorm(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  shift: tf.Tensor1D,
  options: BatchNormOptions,
): tf.Tensor4D {
  const passes = { tensorflow, wasm }[tf.getBackend()] ?? composed;
  const operation = tf.customGrad((...args) => {
    const [map, factor, offset, save] = args as unknown as [
      tf.Tensor4D,
      tf.Tensor1D,
      tf.Tensor1D,
      tf.GradSaveFunc,
    ];
    const { y, mean, unbiasedVariance, saved } = passes.forward(map, factor, offset, options);
    options.observe?.(mean, unbiasedVariance);
    save([map, factor, y, ...saved]);
    const gradFunc = (gradient: tf.Tensor, kept: tf.Tensor[]): tf.Tensor[] => {
      const [input, weight, output, ...rest] = kept as [tf.Tensor4D, tf.Tensor1D, tf.Tensor4D];
      return passes.backward(gradient as tf.Tensor4D, [input, weight, output], rest, options);
    };
    return { value: y, gradFunc };
  });
  return operation(x, scale, shift) as tf.Tensor4D;
}

const normalisation = (epsilon: number) =>
  ({
    T: ['TYPE', 'TF_FLOAT'],
    U: ['TYPE', 'TF_FLOAT'],
    epsilon: ['FLOAT', epsilon],
    data_format: ['STRING', 'NHWC'],
    is_training: ['BOOL', true],
  }) as const;

/** TensorFlow's own operations. */
const tensorflow: Passes = {
  forward(x, scale, shift, { epsilon, relu }) {
    const empty = tf.tensor1d([], 'float32');
    const attributes = { ...normalisation(epsilon), exponential_avg_factor: ['FLOAT', 1] } as const;
    const inputs = [x, scale, shift, empty, empty];
    const [y, mean, unbiasedVariance, ...saved] = executeTensorflow(
      'FusedBatchNormV3',
      inputs,
      6,
      attributes,
    );
    return {
      y: (relu ? tf.relu(y) : y) as tf.Tensor4D,
      mean: mean as tf.Tensor1D,
      unbiasedVariance: unbiasedVariance as tf.Tensor1D,
      saved,
    };
  },
  backward(gradient, [x, scale, y], saved, { epsilon, relu }) {
    const [before] = relu
      ? executeTensorflow('ReluGrad', [gradient, y], 1, { T: ['TYPE', 'TF_FLOAT'] })
      : [gradient];
    const inputs = [before, x, scale, ...saved];
    const [atX, atScale, atShift] = executeTensorflow(
      'FusedBatchNormGradV3',
      inputs,
      5,
      normalisation(epsilon),
    );
    return [atX, atScale, atShift];
  },
};

/** Own kernels of the wasm backend, one pass over memory each. */
const wasm: Passes = {
  forward(x, scale, shift, { epsilon, relu }) {
    const [y, mean, variance] = tf
      .engine()
      .runKernel('BatchNorm', { x, scale, shift } as never, { epsilon, relu } as never) as unknown as [
      tf.Tensor4D,
      tf.Tensor1D,
      tf.Tensor1D,
    ];
    return { y, mean, unbiasedVariance: unbiased(variance, x), saved: [mean, variance] };
  },
  backward(gradient, [x, scale, y], [mean, variance], { epsilon, relu }) {
    const inputs = { gradient, x, y, scale, mean, variance };
    return tf.engine().runKernel('BatchNormGrad', inputs as never, { epsilon, relu } as never) as unknown as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
  },
};

/** Composed of TensorFlow.js's operations, for any backend. */
const composed: Passes = {
  forward(x, scale, shift, { epsilon, relu }) {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    const deviation = tf.sqrt(tf.add(variance, epsilon));
    const y = tf.add(tf.mul(tf.div(tf.sub(x, mean), deviation), scale), shift);
    return {
      y: (relu ? tf.relu(y) : y) as tf.Tensor4D,
      mean: mean as tf.Tensor1D,
      unbiasedVariance: unbiased(variance as tf.Tensor1D, x),
      saved: [mean, deviation],
    };
  },
  backward(gradient, [x, scale, y], [mean, deviation], { relu }) {
    const before = relu ? tf.mul(gradient, tf.step(y)) : gradient;
    const normalised = tf.div(tf.sub(x, mean), deviation);
    const atShift = tf.sum(before, [0, 1, 2]);
    const atScale = tf.sum(tf.mul(before, normalised), [0, 1, 2]);
    const count = x.size / scale.size;
    const through = tf.div(tf.add(atShift, tf.mul(normalised, atScale)), count);
    return [tf.mul(tf.div(scale, deviation), tf.sub(before, through)), atScale, atShift];
  },
};

function unbiased(variance: tf.Tensor1D, x: tf.Tensor4D): tf.Tensor1D {
  const count = x.size / variance.size;
  return tf.mul(variance, count / Math.max(1, count - 1));
}
