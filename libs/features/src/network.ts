import * as tf from '@tensorflow/tfjs-core';
import { blocks } from './architecture.ts';
import type { Folded } from './fold.ts';

/** A folded convolution's tensors in the current backend. */
export interface Convolution {
  readonly filter: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

export type Convolutions = ReadonlyMap<string, Convolution>;

/** Brings folded convolutions to the current backend; `disposeConvolutions` frees them. */
export function createConvolutions(folded: ReadonlyMap<string, Folded>): Map<string, Convolution> {
  return new Map(
    [...folded].map(([name, { filter, bias }]) => [
      name,
      {
        filter: tf.tensor4d(filter.data, filter.shape as [number, number, number, number]),
        bias: tf.tensor1d(bias.data),
      },
    ]),
  );
}

export function disposeConvolutions(convolutions: Convolutions): void {
  for (const { filter, bias } of convolutions.values()) tf.dispose([filter, bias]);
}

/**
 * Outputs of the blocks `wanted`, in that order, of pixels [n, h, w, 3] in [-1, 1]: [n, ceil(h / stride), ceil(w / stride), channels] each. Gradients
 * reach the pixels inside `tf.grad`. The outputs belong to the surrounding `tf.tidy`.
 */
export function runNetwork(
  convolutions: Convolutions,
  pixels: tf.Tensor4D,
  wanted: readonly number[],
): tf.Tensor4D[] {
  const outputs = new Map<number, tf.Tensor4D>();
  const last = Math.max(...wanted);
  let x = convolve(convolutions, '_conv_stem', pixels, 2, true);
  for (let i = 0; i <= last; i++) {
    const { input, output, expansion, stride } = blocks[i];
    const name = `_blocks.${i}`;
    let inside = x;
    if (expansion > 1) inside = convolve(convolutions, `${name}._expand_conv`, x, 1, true);
    inside = convolveDepthwise(convolutions, `${name}._depthwise_conv`, inside, stride);
    const narrow = convolve(convolutions, `${name}._project_conv`, inside, 1, false);
    x = stride === 1 && input === output ? tf.add(x, narrow) : narrow;
    outputs.set(i, x);
  }
  return wanted.map((i) => outputs.get(i) as tf.Tensor4D);
}

function convolve(
  convolutions: Convolutions,
  name: string,
  x: tf.Tensor4D,
  strides: number,
  rectified: boolean,
): tf.Tensor4D {
  const { filter, bias } = convolutions.get(name) as Convolution;
  const activation = rectified ? 'relu6' : 'linear';
  return tf.fused.conv2d({ x, filter, strides, pad: 'same', bias, activation });
}

function convolveDepthwise(
  convolutions: Convolutions,
  name: string,
  x: tf.Tensor4D,
  strides: number,
): tf.Tensor4D {
  const { filter, bias } = convolutions.get(name) as Convolution;
  return tf.fused.depthwiseConv2d({ x, filter, strides, pad: 'same', bias, activation: 'relu6' });
}
