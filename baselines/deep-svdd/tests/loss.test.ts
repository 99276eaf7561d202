import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { tensor } from '@fsad/tensors';
import { openTfjs } from '@fsad/tensors/tfjs';
import { resolveSchedule } from '../src/config.ts';
import { awayFromZero, centreOf, radiusQuantile, softBoundaryLoss, squaredDistances } from '../src/loss.ts';
import { contrastNormalise, rescale, valueRange } from '../src/preprocess.ts';

beforeAll(async () => void (await openTfjs({ engine: 'cpu' })));

const rounded = (values: Float32Array): number[] => [...values].map((value) => Number(value.toFixed(5)) + 0);

it('moves centre components within 0.1 of zero away by sign, an exact zero stays (docs/baselines.md#2.3)', () => {
  const moved = awayFromZero(Float32Array.of(0.05, -0.03, 0, 0.2, -0.4));
  expect(rounded(moved)).toEqual([0.1, -0.1, 0, 0.2, -0.4]);
});

it('takes the mean code for centre', () => {
  expect(rounded(centreOf(Float32Array.of(1, 0.5, 3, -0.5), 2))).toEqual([2, 0]);
});

it('gives radius 4.6 for squared distances 1, 4, 9, 16, 25 and nu 0.1 (docs/baselines.md#2.4)', () => {
  expect(radiusQuantile([1, 4, 9, 16, 25], 0.1)).toBeCloseTo(4.6, 12);
  expect(radiusQuantile([9], 0.1)).toBe(3);
});

it('penalises only what lies outside the soft boundary (Eq. 3)', () => {
  const loss = tf.tidy(() => {
    const distances = squaredDistances(tf.tensor2d([1, 0, 0, 3], [2, 2]), tf.tensor1d([0, 0]));
    return softBoundaryLoss(distances, 2, 0.5).dataSync()[0];
  });
  expect(loss).toBeCloseTo(4 + (0 + 5) / 2 / 0.5, 5);
});

it('normalises [0, .5, 1, .25] to [-1.4, .2, 1.8, -.6], and rescales that to the input (docs/baselines.md#2.2)', () => {
  const input = tensor([1, 2, 2, 1], Float32Array.of(0, 0.5, 1, 0.25));
  const normalised = contrastNormalise(input);
  expect(rounded(normalised.data)).toEqual([-1.4, 0.2, 1.8, -0.6]);
  expect(rounded(rescale(normalised, valueRange(normalised)).data)).toEqual([0, 0.5, 1, 0.25]);
});

it('maps a constant image to finite values', () => {
  const normalised = contrastNormalise(tensor([1, 2, 2, 1], new Float32Array(4).fill(0.7)));
  expect(rescale(normalised, valueRange(normalised)).data.every(Number.isFinite)).toBe(true);
});

it('counts steps by epochs and batches but not below the floor, the milestone in proportion', () => {
  const schedule = { epochs: 10, milestone: 5, minSteps: 0, learningRate: 1, weightDecay: 0 };
  expect(resolveSchedule(schedule, 5, 2)).toMatchObject({ steps: 30, batches: 3 });
  const few = resolveSchedule({ ...schedule, minSteps: 100 }, 1, 200);
  expect(few.steps).toBe(100);
  expect([few.rate(49), few.rate(50)]).toEqual([1, 0.1]);
});
