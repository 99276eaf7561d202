import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { openTfjs } from '../src/tfjs/index.ts';
import { randomStream } from '../src/index.ts';

type Shape = [number, number, number, number];

function normal(name: string, shape: Shape): tf.Tensor4D {
  const size = shape.reduce((product, side) => product * side, 1);
  return tf.tensor4d(randomStream(1, name).normal(size), shape);
}

/** The gradient of a depthwise convolution, weighted by fixed numbers, with respect to its input. */
function gradient(input: Shape, side: number, strides: number, pad: 'same' | 'valid'): number[] {
  return tf.tidy(() => {
    const filter = normal('filter', [side, side, input[3], 1]);
    const weighted = (x: tf.Tensor): tf.Scalar => {
      const y = tf.depthwiseConv2d(x as tf.Tensor4D, filter, strides, pad);
      return tf.sum(tf.mul(y, normal('weight', y.shape)));
    };
    return [...tf.grad(weighted)(normal('x', input)).dataSync()];
  });
}

it.each([
  [[2, 7, 6, 3], 3, 1, 'same'],
  [[2, 7, 6, 3], 3, 1, 'valid'],
  [[1, 8, 9, 4], 5, 2, 'same'],
  [[2, 9, 8, 2], 3, 2, 'same'],
  [[1, 9, 8, 2], 3, 2, 'valid'],
] as const)(
  "gives on wasm the input gradient of plain JavaScript's kernel: %j, side %d, stride %d, %s",
  async (input, side, strides, pad) => {
    await openTfjs({ engine: 'cpu' });
    const expected = gradient([...input], side, strides, pad);
    await openTfjs({ engine: 'wasm' });
    const before = tf.memory().numTensors;
    const found = gradient([...input], side, strides, pad);
    expect(tf.memory().numTensors).toBe(before);
    found.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));
  },
);

it('refuses on wasm filters with two outputs a channel', async () => {
  await openTfjs({ engine: 'wasm' });
  const doubled = (x: tf.Tensor): tf.Scalar =>
    tf.sum(tf.depthwiseConv2d(x as tf.Tensor4D, tf.ones([3, 3, 1, 2]), 1, 'same'));
  expect(() => tf.tidy(() => tf.grad(doubled)(tf.ones([1, 6, 6, 1])))).toThrow('one output a channel');
});
