import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTfjs } from '../src/tfjs/index.ts';
import { randomStream } from '../src/index.ts';

interface Case {
  readonly input: [number, number, number, number];
  readonly filter: [number, number, number, number];
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
}

const cases: Case[] = [
  { input: [2, 7, 6, 3], filter: [3, 3, 3, 5], strides: 1, pad: 'same' },
  { input: [2, 7, 6, 3], filter: [3, 3, 3, 5], strides: 1, pad: 'valid' },
  { input: [1, 8, 8, 4], filter: [3, 3, 4, 2], strides: 2, pad: 'same' },
  { input: [3, 7, 8, 2], filter: [3, 3, 2, 3], strides: 2, pad: 'valid' },
  { input: [2, 6, 6, 3], filter: [1, 1, 3, 4], strides: 2, pad: 'same' },
  { input: [2, 9, 7, 1], filter: [5, 5, 1, 3], strides: 1, pad: 2 },
  { input: [1, 9, 11, 2], filter: [3, 5, 2, 2], strides: [3, 2], pad: 'same' },
  { input: [1, 4, 4, 2], filter: [2, 2, 2, 2], strides: 1, pad: 'same' },
  { input: [1, 4, 2, 1], filter: [5, 5, 1, 1], strides: 1, pad: 'same' },
];

function normal(name: string, shape: readonly number[]): tf.Tensor4D {
  const size = shape.reduce((product, side) => product * side, 1);
  return tf.tensor4d(randomStream(1, name).normal(size), shape as Case['input']);
}

/** The convolution's value weighted by a fixed random tensor, and its gradients with respect to input and filter. */
async function gradients(test: Case): Promise<{ dx: Float32Array; dw: Float32Array }> {
  const loss = (x: tf.Tensor, w: tf.Tensor): tf.Scalar => {
    const y = tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, test.strides, test.pad);
    return tf.sum(tf.mul(y, normal('weight', y.shape)));
  };
  const [dx, dw] = tf.grads(loss)([normal('x', test.input), normal('w', test.filter)]);
  return { dx: (await dx.data()) as Float32Array, dw: (await dw.data()) as Float32Array };
}

/** The convolution by its definition, in doubles, weighted as in `gradients`. */
function weightedConvolution(test: Case, x: Float64Array, w: Float64Array): number {
  const { input, filter, strides, pad } = test;
  const info = tf.backend_util.computeConv2DInfo(input, filter, strides, 1, pad);
  const size = info.outShape.reduce((product, side) => product * side, 1);
  const weight = randomStream(1, 'weight').normal(size);
  const [, height, width, inputs] = input;
  const [rows, columns, , outputs] = filter;
  let sum = 0;
  for (let index = 0; index < size; index++) {
    const o = index % outputs;
    const j = Math.floor(index / outputs) % info.outWidth;
    const i = Math.floor(index / outputs / info.outWidth) % info.outHeight;
    const n = Math.floor(index / outputs / info.outWidth / info.outHeight);
    for (let a = 0; a < rows; a++) {
      for (let b = 0; b < columns; b++) {
        const y = i * info.strideHeight - info.padInfo.top + a;
        const z = j * info.strideWidth - info.padInfo.left + b;
        if (y < 0 || y >= height || z < 0 || z >= width) continue;
        for (let c = 0; c < inputs; c++) {
          const value = x[((n * height + y) * width + z) * inputs + c];
          sum += weight[index] * value * w[((a * columns + b) * inputs + c) * outputs + o];
        }
      }
    }
  }
  return sum;
}

function finiteDifferences(f: () => number, at: Float64Array): number[] {
  return Array.from(at, (value, i) => {
    at[i] = value + 0.5;
    const above = f();
    at[i] = value - 0.5;
    const below = f();
    at[i] = value;
    return above - below;
  });
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  let largest = 0;
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    error = Math.max(error, Math.abs(actual[i] - expected[i]));
  }
  expect(error).toBeLessThan(1e-5 * largest);
}

describe('convolution gradients on wasm', () => {
  beforeAll(async () => {
    await openTfjs({ engine: 'wasm' });
  });

  it.each(cases)(
    'equal finite differences of the definition: $input * $filter, stride $strides, $pad',
    async (test) => {
      const size = (shape: number[]): number => shape.reduce((product, side) => product * side, 1);
      const x = Float64Array.from(randomStream(1, 'x').normal(size(test.input)));
      const w = Float64Array.from(randomStream(1, 'w').normal(size(test.filter)));
      const { dx, dw } = await gradients(test);
      expectClose(
        dx,
        finiteDifferences(() => weightedConvolution(test, x, w), x),
      );
      expectClose(
        dw,
        finiteDifferences(() => weightedConvolution(test, x, w), w),
      );
    },
  );

  it.each(cases)('equal those of the cpu backend: $input * $filter, stride $strides, $pad', async (test) => {
    const ours = await gradients(test);
    await openTfjs({ engine: 'cpu' });
    const theirs = await gradients(test);
    await openTfjs({ engine: 'wasm' });
    expectClose(ours.dx, theirs.dx);
    expectClose(ours.dw, theirs.dw);
  });

  it('equal those of the cpu backend when the input is unfolded in several pieces', async () => {
    const test: Case = { input: [40, 24, 24, 8], filter: [3, 3, 8, 2], strides: 1, pad: 'same' };
    const ours = await gradients(test);
    await openTfjs({ engine: 'cpu' });
    const theirs = await gradients(test);
    await openTfjs({ engine: 'wasm' });
    expectClose(ours.dx, theirs.dx);
    expectClose(ours.dw, theirs.dw);
  });

  it('leave no tensors and no backend buffers behind', async () => {
    const { tf } = await openTfjs({ engine: 'wasm' });
    const step = (): void =>
      tf.tidy(() => {
        tf.grads((x, w) => tf.sum(tf.square(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 'same'))))([
          normal('x', [2, 6, 6, 3]),
          normal('w', [3, 3, 3, 4]),
        ]);
      });
    step();
    const tensors = tf.memory().numTensors;
    const buffers = tf.engine().backend.numDataIds();
    for (let i = 0; i < 5; i++) step();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(tf.engine().backend.numDataIds()).toBe(buffers);
  });
});

describe('segment sums on wasm', () => {
  it('give gather its gradient: every row collects the gradients of its copies', async () => {
    const { tf } = await openTfjs({ engine: 'wasm' });
    const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const weights = tf.tensor2d([1, 10, 2, 20, 3, 30, 4, 40], [4, 2]);
    const gradient = tf.grad((t: tf.Tensor) => tf.sum(tf.mul(tf.gather(t, [2, 0, 2, 2]), weights)))(table);
    expect(Array.from(await gradient.data())).toEqual([2, 20, 0, 0, 8, 80]);
  });
});

describe('opening', () => {
  it('refuses an engine it does not know and names those there are', async () => {
    await expect(openTfjs({ engine: 'cuda' })).rejects.toThrow(/no engine cuda: there are auto.*wasm/);
  });
});
