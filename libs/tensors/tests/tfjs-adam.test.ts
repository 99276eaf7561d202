import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors, randomStream, tensor } from '../src/index.ts';
import { Adam, createVariables, openTfjs, readVariables, writeVariables } from '../src/tfjs/index.ts';

const start = new Map([['w', tensor([3], Float32Array.of(1, -2, 3))]]);

beforeAll(async () => {
  await openTfjs({ engine: 'wasm' });
});

/** Quadratic loss with a different random weight each step, so that every step's gradient differs. */
function lossAt(step: number, w: tf.Variable): tf.Scalar {
  const weight = tf.tensor1d(randomStream(5, `step/${step}`).normal(3));
  return tf.sum(tf.mul(tf.square(tf.sub(w, 0.5)), tf.square(weight)));
}

describe('Adam', () => {
  it('takes the steps of its definition, in doubles, with L2 weight decay', async () => {
    const variables = createVariables(start);
    const options = { learningRate: 0.1, beta1: 0.8, beta2: 0.9, epsilon: 1e-4, weightDecay: 0.01 };
    const adam = new Adam(variables, options);
    const expected = [1, -2, 3];
    const m = [0, 0, 0];
    const v = [0, 0, 0];
    for (let t = 1; t <= 4; t++) {
      const weight = randomStream(5, `step/${t}`).normal(3);
      expected.forEach((w, i) => {
        const g = 2 * (w - 0.5) * weight[i] ** 2 + 0.01 * w;
        m[i] = 0.8 * m[i] + 0.2 * g;
        v[i] = 0.9 * v[i] + 0.1 * g * g;
        expected[i] = w - (0.1 * (m[i] / (1 - 0.8 ** t))) / (Math.sqrt(v[i] / (1 - 0.9 ** t)) + 1e-4);
      });
      adam.minimize(() => lossAt(t, variables.get('w')!));
    }
    const actual = (await readVariables(variables)).get('w')!.data;
    expected.forEach((w, i) => expect(actual[i]).toBeCloseTo(w, 5));
  });

  it('resumes from a file with the same bits as without interruption', async () => {
    const whole = createVariables(start);
    const uninterrupted = new Adam(whole, { learningRate: 0.1 });
    for (let t = 0; t < 20; t++) uninterrupted.minimize(() => lossAt(t, whole.get('w')!));

    const first = createVariables(start);
    const before = new Adam(first, { learningRate: 0.1 });
    for (let t = 0; t < 7; t++) before.minimize(() => lossAt(t, first.get('w')!));
    const weights = decodeSafetensors(encodeSafetensors(await readVariables(first))).tensors;
    const moments = decodeSafetensors(encodeSafetensors(await before.exportState())).tensors;

    const second = createVariables(weights);
    const after = new Adam(second, { learningRate: 0.1 });
    after.importState(moments, 'checkpoint');
    expect(after.step).toBe(7);
    for (let t = 7; t < 20; t++) after.minimize(() => lossAt(t, second.get('w')!));
    expect((await readVariables(second)).get('w')!.data).toEqual((await readVariables(whole)).get('w')!.data);
  });

  it('keeps the tensor count constant and gives its moments back', () => {
    const variables = createVariables(start);
    const tensors = tf.memory().numTensors;
    const adam = new Adam(variables, { learningRate: 0.1 });
    adam.minimize(() => lossAt(0, variables.get('w')!));
    const during = tf.memory().numTensors;
    for (let t = 1; t < 5; t++) adam.minimize(() => lossAt(t, variables.get('w')!));
    expect(tf.memory().numTensors).toBe(during);
    adam.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('names the variable that has no gradient', () => {
    const adam = new Adam(createVariables(start), { learningRate: 0.1 });
    expect(() => adam.apply(new Map())).toThrow('Adam: no gradient for w');
  });
});

describe('variables from a file', () => {
  const value = (...numbers: number[]): ReturnType<typeof tensor> =>
    tensor([numbers.length], Float32Array.from(numbers));

  it.each([
    ['is missing', new Map(), /model: tensor w is missing/],
    ['has another shape', new Map([['w', value(1, 2)]]), /model: tensor w has shape \[2\], expected \[3\]/],
    [
      'does not belong',
      new Map([
        ['w', value(1, 2, 3)],
        ['x', value(1)],
      ]),
      /model: tensor x does not belong/,
    ],
  ])('are refused when a tensor %s, and nothing changes', async (_, values, message) => {
    const variables = createVariables(start);
    expect(() => writeVariables(variables, values, 'model')).toThrow(message);
    expect(Array.from((await readVariables(variables)).get('w')!.data)).toEqual([1, -2, 3]);
  });
});
