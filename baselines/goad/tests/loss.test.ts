import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '@fsad/tensors';
import { openTfjs } from '@fsad/tensors/tfjs';
import { tripletTerms } from '../src/loss.ts';
import { anomalyOf } from '../src/score.ts';

// The fixture of docs/baselines.md#3.2: two images, three transformations, two dimensions.
const first = [0, 0, 1, 0, 0, 2];
const second = [0.5, 0, 1, 1, 0, 1];
const centres = Float32Array.from(first, (value, i) => (value + second[i]) / 2);

beforeAll(async () => {
  await openTfjs({ engine: 'wasm' });
});

describe('the triplet terms', () => {
  const terms = (margin: number): number[] =>
    Array.from(tripletTerms(tf.tensor3d([...first, ...second], [2, 3, 2]), margin).dataSync());

  it('of the fixture at margin 1', () => {
    [0, 0.6875, 0, 0.5625, 0, 0.1875].forEach((value, i) => expect(terms(1)[i]).toBeCloseTo(value, 6));
  });

  it('vanish at margin 0.1', () => {
    expect(terms(0.1)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('of one image alone are the separation of its own features: the distance to its centre is exactly 0', () => {
    const alone = tripletTerms(tf.tensor3d(first, [1, 3, 2]), 2);
    // Nearest foreign features at squared distances 1, 1 and 4.
    expect(Array.from(alone.dataSync())).toEqual([1, 1, 0]);
  });

  it('have gradients equal to finite differences', () => {
    const start = randomStream(1, 'features').normal(24);
    const loss = (x: tf.Tensor): tf.Scalar => tf.mean(tripletTerms(x as tf.Tensor3D, 3));
    const gradient = tf
      .grad(loss)(tf.tensor3d(start, [2, 3, 4]))
      .dataSync();
    const at = (i: number, by: number): number => {
      const moved = Float32Array.from(start);
      moved[i] += by;
      return loss(tf.tensor3d(moved, [2, 3, 4])).dataSync()[0];
    };
    for (let i = 0; i < 24; i++) {
      expect(gradient[i]).toBeCloseTo((at(i, 2 ** -8) - at(i, -(2 ** -8))) * 2 ** 7, 2);
    }
  });
});

describe('the anomaly score', () => {
  it('of the fixture around its own centres', () => {
    expect(anomalyOf(Float32Array.from(first), centres, 3)).toBeCloseTo(0.9955, 4);
    expect(anomalyOf(Float32Array.from(second), centres, 3)).toBeCloseTo(1.637, 4);
  });

  it('does not change under a common rotation of features and centres', () => {
    const rotate = (values: ArrayLike<number>): Float32Array => {
      const turned = new Float32Array(values.length);
      for (let i = 0; i < values.length; i += 2) {
        turned[i] = 0.6 * values[i] - 0.8 * values[i + 1];
        turned[i + 1] = 0.8 * values[i] + 0.6 * values[i + 1];
      }
      return turned;
    };
    expect(anomalyOf(rotate(first), rotate(centres), 3)).toBeCloseTo(
      anomalyOf(Float32Array.from(first), centres, 3),
      5,
    );
  });

  it('stays finite however far the features are', () => {
    expect(
      anomalyOf(
        Float32Array.from(first, (value) => 1e4 * value + 1e5),
        centres,
        3,
      ),
    ).toBeGreaterThan(0);
  });
});
