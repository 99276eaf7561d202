import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream, sizeOf } from '@fsad/tensors';
import { openTfjs } from '@fsad/tensors/tfjs';
import {
  checkShape,
  createWideResNet,
  disposeWideResNet,
  runWideResNet,
  weightShapes,
  type WideResNetShape,
} from '../src/wide-residual.ts';

const published: WideResNetShape = {
  depth: 10,
  widen: 4,
  size: 32,
  channels: 3,
  classes: 72,
  pooling: 'eight',
  stemStride: 1,
};

function parameters(shape: Partial<WideResNetShape>, part = ''): number {
  const shapes = [...weightShapes({ ...published, ...shape })].filter(([name]) => name.includes(part));
  return shapes.reduce((sum, [, sides]) => sum + sizeOf(sides), 0);
}

describe('parameter counts of docs/baselines.md#1.2', () => {
  it.each([
    ['WRN-10-4', {}, 1_214_744],
    ['WRN-10-4 on grey images', { channels: 1 }, 1_214_456],
    ['WRN-10-4 at 64 pixels, pooled over 8 x 8', { size: 64 }, 1_270_040],
    ['WRN-16-8 at 64 pixels', { depth: 16, widen: 8, size: 64 }, 11_103_768],
    ['WRN-10-1', { widen: 1 }, 81_880],
    ['WRN-10-2', { widen: 2 }, 311_704],
  ] as [string, Partial<WideResNetShape>, number][])('%s', (_, shape, count) => {
    expect(parameters(shape)).toBe(count);
  });

  it('WRN-10-4 by kind: 1,194,416 in convolutions, 1,824 in norms, 18,504 in the dense layer', () => {
    expect(parameters({}, 'norm')).toBe(1824);
    expect(parameters({}, 'dense')).toBe(18_504);
    expect(parameters({}, 'filter') + parameters({}, 'shortcut')).toBe(1_194_416);
  });
});

describe('shapes that do not exist are refused', () => {
  it.each([
    [{ depth: 12 }, /depth is 10, 16, 22/],
    [{ size: 40 }, /multiple of 32 with pooling eight and stem stride 1/],
    [{ size: 18, pooling: 'global' as const }, /multiple of 4 with pooling global and stem stride 1/],
    [{ size: 32, stemStride: 2 as const }, /multiple of 64 with pooling eight and stem stride 2/],
  ])('%o', (shape, message) => {
    expect(() => checkShape({ ...published, ...shape })).toThrow(message);
  });
});

describe('the network', () => {
  const shape: WideResNetShape = {
    depth: 10,
    widen: 2,
    size: 8,
    channels: 1,
    classes: 5,
    pooling: 'global',
    stemStride: 1,
  };
  const images = (): tf.Tensor4D => tf.tensor4d(randomStream(1, 'images').normal(3 * 64), [3, 8, 8, 1]);

  beforeAll(async () => {
    await openTfjs({ engine: 'wasm' });
  });

  it('gives features and logits, finite, and leaves only them', () => {
    const net = createWideResNet(shape, 1, 'fan-in');
    const input = images();
    const before = tf.memory().numTensors;
    const { features, logits } = tf.tidy(() => runWideResNet(net, input, { norm: 'running' }));
    expect(features.shape).toEqual([3, 128]);
    expect(logits.shape).toEqual([3, 5]);
    expect(logits.dataSync().every(Number.isFinite)).toBe(true);
    expect(tf.memory().numTensors).toBe(before + 2);
    tf.dispose([input, features, logits]);
    disposeWideResNet(net);
  });

  it('with stem stride 2 has as many weights and features at twice the size', () => {
    const halved: WideResNetShape = { ...shape, size: 16, stemStride: 2 };
    expect(weightShapes(halved)).toEqual(weightShapes(shape));
    const net = createWideResNet(halved, 1, 'fan-in');
    const { features } = tf.tidy(() => runWideResNet(net, tf.ones([2, 16, 16, 1]), { norm: 'running' }));
    expect(features.shape).toEqual([2, 128]);
    disposeWideResNet(net);
  });

  it('moves the running statistics of every norm only in update mode', () => {
    const net = createWideResNet(shape, 1, 'fan-in');
    const means = (): number[][] => [...net.statistics.values()].map((each) => Array.from(each.dataSync()));
    const start = means();
    tf.tidy(() => void runWideResNet(net, images(), { norm: 'running' }));
    expect(means()).toEqual(start);
    tf.tidy(() => void runWideResNet(net, images(), { norm: 'update' }));
    means().forEach((values, i) => expect(values).not.toEqual(start[i]));
    disposeWideResNet(net);
  });

  it('has weight gradients equal to the slopes of its loss, tensor by tensor', () => {
    const net = createWideResNet(shape, 2, 'fan-out');
    const step = 2 ** -9;
    const loss = (): tf.Scalar => tf.mean(tf.square(runWideResNet(net, images(), { norm: 'update' }).logits));
    const { grads } = tf.variableGrads(loss, [...net.weights.values()]);
    for (const [name, variable] of net.weights) {
      const gradient = grads[variable.name];
      const length = tf.norm(gradient).dataSync()[0];
      const noise = tf.tensor(randomStream(1, name).normal(variable.size), variable.shape);
      // Half along the gradient, half at random, so that neither its length nor its direction can be wrong.
      const direction = tf.add(tf.div(gradient, length), tf.div(noise, tf.norm(noise)));
      const original = tf.clone(variable);
      const moved = (by: number): number => {
        variable.assign(tf.add(original, tf.mul(direction, by)));
        return tf.tidy(() => loss().dataSync()[0]);
      };
      const expected = (moved(step) - moved(-step)) / (2 * step);
      variable.assign(original);
      const slope = tf.sum(tf.mul(gradient, direction)).dataSync()[0];
      expect(Math.abs(slope - expected), name).toBeLessThan(0.03 * length);
    }
    disposeWideResNet(net);
  });

  it('without its second norms leaves them without gradient (the published GOAD)', () => {
    const net = createWideResNet(shape, 1, 'fan-out');
    const { grads } = tf.variableGrads(
      () => tf.mean(runWideResNet(net, images(), { norm: 'update', secondNorm: false }).logits),
      [...net.weights.values()],
    );
    for (const [name, variable] of net.weights) expect(variable.name in grads).toBe(!name.includes('norm2'));
    disposeWideResNet(net);
  });
});
