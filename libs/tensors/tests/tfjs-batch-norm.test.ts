import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { batchNorm, findBinding, openTfjs } from '../src/tfjs/index.ts';
import { randomStream } from '../src/index.ts';

const shape: [number, number, number, number] = [2, 3, 4, 3];
const count = 24;
const epsilon = 1e-3;

function values(name: string, size: number, centre = 0): Float32Array {
  return randomStream(3, name)
    .normal(size)
    .map((value) => value + centre);
}

/** The definition in doubles: y, and mean and unbiased variance of each channel. */
function definition(
  x: Float32Array,
  scale: Float32Array,
  shift: Float32Array,
  relu: boolean,
): { y: number[]; mean: number[]; variance: number[] } {
  const channel = (c: number): number[] => Array.from(x).filter((_, i) => i % 3 === c);
  const mean = [0, 1, 2].map((c) => channel(c).reduce((a, b) => a + b) / count);
  const squares = [0, 1, 2].map((c) => channel(c).reduce((sum, value) => sum + (value - mean[c]) ** 2, 0));
  const y = Array.from(x, (value, i) => {
    const c = i % 3;
    const result = (scale[c] * (value - mean[c])) / Math.sqrt(squares[c] / count + epsilon) + shift[c];
    return relu ? Math.max(0, result) : result;
  });
  return { y, mean, variance: squares.map((value) => value / (count - 1)) };
}

const engines = ['wasm', 'cpu', ...(findBinding('tensorflow') ? ['tensorflow'] : [])];

describe.each(engines)('batch normalisation on %s', (engine) => {
  it.each([true, false])('equals its definition and has its gradients, ReLU %s', async (relu) => {
    await openTfjs({ engine, threads: 1 });
    const x = values('x', 72, 2);
    const scale = values('scale', 3, 1);
    const shift = values('shift', 3);
    const weights = values('weights', 72);
    const seen: Float32Array[] = [];
    const observe = (mean: tf.Tensor, variance: tf.Tensor): void => {
      seen.push(mean.dataSync() as Float32Array, variance.dataSync() as Float32Array);
    };
    const loss = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor): tf.Scalar => {
      const options = { epsilon, relu, observe };
      const y = batchNorm(x as tf.Tensor4D, scale as tf.Tensor1D, shift as tf.Tensor1D, options);
      return tf.sum(tf.mul(y, tf.tensor4d(weights, shape)));
    };
    const inputs = [tf.tensor4d(x, shape), tf.tensor1d(scale), tf.tensor1d(shift)];
    const y = batchNorm(inputs[0] as tf.Tensor4D, inputs[1] as tf.Tensor1D, inputs[2] as tf.Tensor1D, {
      epsilon,
      relu,
    });
    const expected = definition(x, scale, shift, relu);
    expected.y.forEach((value, i) => expect(y.dataSync()[i]).toBeCloseTo(value, 5));
    const gradients = tf.grads(loss)(inputs);
    expected.mean.forEach((value, c) => expect(seen[0][c]).toBeCloseTo(value, 5));
    expected.variance.forEach((value, c) => expect(seen[1][c]).toBeCloseTo(value, 5));
    const weighted = (): number =>
      definition(x, scale, shift, relu).y.reduce((sum, value, i) => sum + value * weights[i], 0);
    [x, scale, shift].forEach((array, which) => {
      const gradient = gradients[which].dataSync();
      for (let i = 0; i < array.length; i++) {
        const at = array[i];
        array[i] = at + 2 ** -9;
        const above = weighted();
        array[i] = at - 2 ** -9;
        const slope = (above - weighted()) / 2 ** -8;
        array[i] = at;
        expect(gradient[i]).toBeCloseTo(slope, 2);
      }
    });
  });

  it('leaves one tensor, its result', async () => {
    await openTfjs({ engine, threads: 1 });
    const inputs = [
      tf.tensor4d(values('x', 72), shape),
      tf.tensor1d([1, 1, 1]),
      tf.tensor1d([0, 0, 0]),
    ] as const;
    const before = tf.memory().numTensors;
    const y = batchNorm(...inputs, { epsilon, relu: true });
    expect(tf.memory().numTensors).toBe(before + 1);
    y.dispose();
  });
});
