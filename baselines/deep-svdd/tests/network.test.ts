import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { openTfjs, type Variables } from '@fsad/tensors/tfjs';
import { createDecoder, decode, decoderShape, enlarge } from '../src/decoder.ts';
import { createEncoder, disposeNetwork, encode, encoderShape, normalise } from '../src/network.ts';

beforeAll(async () => void (await openTfjs({ engine: 'wasm' })));
afterEach(() => expect(tf.memory().numTensors).toBe(0));

const parameters = (weights: Variables): number =>
  [...weights.values()].reduce((sum, { size }) => sum + size, 0);

it.each([
  ['MNIST', 1, 28, 7_272, 8_472],
  ['CIFAR', 3, 32, 520_544, 804_544],
] as const)(
  '%s net has the published number of parameters (docs/baselines.md#2.1)',
  (_, channels, size, alone, both) => {
    const shape = encoderShape(channels, size);
    const encoder = createEncoder(shape, 0, 'e');
    const decoder = createDecoder(decoderShape(shape, true), 0, 'd');
    expect(parameters(encoder.weights)).toBe(alone);
    expect(parameters(encoder.weights) + parameters(decoder.weights)).toBe(both);
    disposeNetwork(encoder);
    disposeNetwork(decoder);
  },
);

it('has 930,144 parameters in the RGB encoder for 64 pixels: a fourth stage (docs/baselines.md#2.1)', () => {
  const encoder = createEncoder(encoderShape(3, 64), 0, 'e');
  expect(parameters(encoder.weights)).toBe(930_144);
  disposeNetwork(encoder);
});

it.each([
  [1, 28],
  [1, 32],
  [1, 64],
  [3, 32],
  [3, 64],
] as const)('decodes %i-channel codes to images of %i pixels with values in 0 .. 1', (channels, size) => {
  const shape = encoderShape(channels, size);
  const decoding = decoderShape(shape, true);
  const [encoder, decoder] = [createEncoder(shape, 1, 'e'), createDecoder(decoding, 1, 'd')];
  tf.tidy(() => {
    const images = tf.fill<tf.Rank.R4>([2, size, size, channels], 0.5);
    const decoded = decode(decoding, decoder, encode(shape, encoder, images, 'batch'), 'running');
    expect(decoded.shape).toEqual([2, size, size, channels]);
    expect(decoded.dataSync().every((value) => value >= 0 && value <= 1)).toBe(true);
  });
  disposeNetwork(encoder);
  disposeNetwork(decoder);
});

it('names the sizes there are when asked for another', () => {
  expect(() => encoderShape(3, 28)).toThrow('RGB ones 32, 64, 128');
});

it('updates running statistics by a tenth of the batch mean and unbiased variance (PyTorch)', () => {
  const statistics = new Map([
    ['s/mean', tf.tidy(() => tf.variable(tf.zeros([1]), false))],
    ['s/variance', tf.tidy(() => tf.variable(tf.ones([1]), false))],
  ]);
  const values = tf.tidy(() =>
    normalise(tf.tensor2d([1, 2, 3, 6], [4, 1]), statistics, 's', 'update').dataSync(),
  );
  expect(statistics.get('s/mean')?.dataSync()[0]).toBeCloseTo(0.3, 6); // mean 3
  expect(statistics.get('s/variance')?.dataSync()[0]).toBeCloseTo(0.9 + 0.1 * (14 / 3), 6); // squares 4 + 1 + 0 + 9
  expect(values[3]).toBeCloseTo(3 / Math.sqrt(14 / 4 + 1e-4), 5);
  const running = tf.tidy(() => normalise(tf.tensor2d([0.3], [1, 1]), statistics, 's', 'running').dataSync());
  expect(running[0]).toBeCloseTo(0, 6);
  tf.dispose([...statistics.values()]);
});

it('enlarges by repeating every pixel in both directions', () => {
  const enlarged = tf.tidy(() => enlarge(tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1])).dataSync());
  expect([...enlarged]).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
});

it('gives code 0 for all images when its weights are 0', () => {
  const shape = encoderShape(1, 28);
  const encoder = createEncoder(shape, 0, 'e');
  for (const weight of encoder.weights.values()) tf.tidy(() => weight.assign(tf.zeros(weight.shape)));
  const codes = tf.tidy(() => encode(shape, encoder, tf.ones([2, 28, 28, 1]), 'running').dataSync());
  expect(codes.every((value) => value === 0)).toBe(true);
  disposeNetwork(encoder);
});
