import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { randomStream } from '@fsad/tensors';
import { createVariables, disposeVariables, openTfjs, type Variables } from '@fsad/tensors/tfjs';
import { gain, initialFlow, permutationOf, runFlow, scaleAndShift, type FlowShape } from '../src/flow.ts';
import { likelihoodLoss } from '../src/loss.ts';

beforeAll(async () => void (await openTfjs({ engine: 'wasm' })));
afterEach(() => expect(tf.memory().numTensors).toBe(0));

const toy: FlowShape = { dimensions: 6, blocks: 3, hidden: 8, clamp: 3 };
const input = (count: number, dimensions = 6): tf.Tensor2D =>
  tf.tensor2d(randomStream(1, 'input').normal(count * dimensions), [count, dimensions]);

function withFlow<T>(shape: FlowShape, use: (weights: Variables) => T): T {
  const weights = createVariables(initialFlow(shape, 7));
  try {
    return tf.tidy(() => use(weights) as never) as T;
  } finally {
    disposeVariables(weights);
  }
}

/** Undoes the blocks from last to first: the test's own rendering of the inverse of docs/baselines.md#6.1. */
function invert(shape: FlowShape, weights: Variables, latent: tf.Tensor2D): tf.Tensor2D {
  let z = latent;
  for (let block = shape.blocks - 1; block >= 0; block--) {
    const [y1, y2] = tf.split(z, 2, 1) as tf.Tensor2D[];
    const second = scaleAndShift(shape, weights, `${block}/second`, y1);
    const x2 = tf.div(tf.sub(y2, second.shift), tf.exp(second.scale)) as tf.Tensor2D;
    const first = scaleAndShift(shape, weights, `${block}/first`, x2);
    const x1 = tf.div(tf.sub(y1, first.shift), tf.exp(first.scale));
    const order = permutationOf(block, shape.dimensions);
    const back = order.map((_, entry) => order.indexOf(entry));
    z = tf.gather(tf.concat([x1, x2], 1), tf.tensor1d(back, 'int32'), 1) as tf.Tensor2D;
  }
  return z;
}

it('is undone by its inverse to 1e-4 (docs/baselines.md#6.5)', () => {
  withFlow(toy, (weights) => {
    const x = input(4);
    const { z } = runFlow(toy, weights, x);
    expect(tf.max(tf.abs(tf.sub(z, x))).dataSync()[0]).toBeGreaterThan(0.1);
    const error = tf.max(tf.abs(tf.sub(invert(toy, weights, z), x))).dataSync()[0];
    expect(error).toBeLessThan(1e-4);
  });
});

it('has the log-determinant of its numerical Jacobian in 6 dimensions (docs/baselines.md#6.5)', () => {
  withFlow(toy, (weights) => {
    const x = input(1);
    const values = [...x.dataSync()];
    const h = 1e-2;
    const at = (shifted: number[]): Float32Array =>
      runFlow(toy, weights, tf.tensor2d(shifted, [1, 6])).z.dataSync() as Float32Array;
    const rows = values.map((_, i) => {
      const up = at(values.map((value, j) => value + (i === j ? h : 0)));
      const down = at(values.map((value, j) => value - (i === j ? h : 0)));
      return [...up].map((value, j) => (value - down[j]) / (2 * h));
    });
    const expected = Math.log(Math.abs(determinant(rows)));
    expect(runFlow(toy, weights, x).logDeterminant.dataSync()[0]).toBeCloseTo(expected, 2);
  });
});

it.each([
  [0, 0],
  [1, 0.6139],
  [3, 1.49854],
  [-3, -1.49854],
  [1e7, 2.997],
])('clamps the log-scale %d to %d (docs/baselines.md#6.2)', (s, expected) => {
  expect(tf.tidy(() => gain(tf.scalar(s), 3).dataSync()[0])).toBeCloseTo(expected, 3);
});

it('is a permutation with log-determinant 0 and loss mean |x|^2 / 2d when the last layers are zero (docs/baselines.md#6.4)', () => {
  const shape = { ...toy, dimensions: 768, hidden: 4 };
  withFlow(shape, (weights) => {
    for (const [name, weight] of weights) if (/\/3\//.test(name)) weight.assign(tf.zeros(weight.shape));
    const x = input(2, 768);
    const latent = runFlow(shape, weights, x);
    expect([...latent.logDeterminant.dataSync()]).toEqual([0, 0]);
    expect([...latent.z.dataSync()].sort()).toEqual([...x.dataSync()].sort());
    const expected = tf.sum(tf.square(x)).dataSync()[0] / 2 / (2 * 768);
    expect(likelihoodLoss(latent).dataSync()[0]).toBeCloseTo(expected, 5);
  });
});

it('has 172,077,056 parameters as published, by formula on small subnets (docs/baselines.md#6.3)', () => {
  const count = (shape: FlowShape): number =>
    [...initialFlow(shape, 0).values()].reduce((sum, { data }) => sum + data.length, 0);
  const formula = ({ dimensions: d, blocks, hidden: h }: FlowShape): number =>
    blocks * 2 * ((d / 2) * h + h + 2 * (h * h + h) + h * d + d);
  expect(count(toy)).toBe(formula(toy));
  expect(formula({ dimensions: 768, blocks: 8, hidden: 2048, clamp: 3 })).toBe(172_077_056);
});

function determinant(matrix: number[][]): number {
  const rows = matrix.map((row) => [...row]);
  let product = 1;
  for (let i = 0; i < rows.length; i++) {
    const pivot = rows
      .slice(i)
      .reduce((best, row, k) => (Math.abs(row[i]) > Math.abs(rows[best][i]) ? i + k : best), i);
    if (pivot !== i) {
      [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
      product = -product;
    }
    product *= rows[i][i];
    for (let k = i + 1; k < rows.length; k++) {
      const factor = rows[k][i] / rows[i][i];
      rows[k] = rows[k].map((value, j) => value - factor * rows[i][j]);
    }
  }
  return product;
}
