import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import type { Image } from '@fsad/images';
import { encodeSafetensors, sizeOf, tensor, type Tensor } from '@fsad/tensors';
import { openTfjs } from '@fsad/tensors/tfjs';
import {
  convertFeatures,
  extractFeatures,
  featureNames,
  randomFeatures,
  readFeatures,
} from '../src/alexnet.ts';
import { anglesOf, normalised, reduce, rotate } from '../src/rotate.ts';

beforeAll(async () => void (await openTfjs({ engine: 'wasm' })));

/** Torchvision's shapes, entries that tell every place apart. */
function stateDict(): Map<string, Tensor> {
  const shapes: Record<string, number[]> = {
    'features.0.weight': [64, 3, 11, 11],
    'features.3.weight': [192, 64, 5, 5],
    'features.6.weight': [384, 192, 3, 3],
    'features.8.weight': [256, 384, 3, 3],
    'features.10.weight': [256, 256, 3, 3],
  };
  const state = new Map<string, Tensor>([['classifier.6.bias', tensor([1000])]]);
  for (const [name, shape] of Object.entries(shapes)) {
    const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => i / 1024);
    state.set(name, tensor(shape, data));
    state.set(name.replace('weight', 'bias'), tensor([shape[0]]));
  }
  return state;
}

it("turns torchvision's filters from OIHW to HWIO and ignores the classifier", () => {
  const weights = convertFeatures(stateDict(), 'file');
  expect([...weights.keys()].sort()).toEqual(featureNames().sort());
  const filter = weights.get('features.0.weight') as Tensor;
  expect(filter.shape).toEqual([11, 11, 3, 64]);
  const [row, column, input, output] = [2, 7, 1, 40];
  const there = ((row * 11 + column) * 3 + input) * 64 + output;
  expect(filter.data[there]).toBe((((output * 3 + input) * 11 + row) * 11 + column) / 1024);
});

it('names a tensor that is missing or misshapen, and says how to make the file when there is none', async () => {
  const state = stateDict();
  state.set('features.3.bias', tensor([5]));
  expect(() => convertFeatures(state, 'w.safetensors')).toThrow(
    'w.safetensors: tensor features.3.bias has shape [5]',
  );
  state.delete('features.3.bias');
  expect(() => convertFeatures(state, 'w.safetensors')).toThrow('features.3.bias is missing');
  const folder = await mkdtemp(join(tmpdir(), 'fsad-differnet-'));
  await expect(readFeatures(join(folder, 'none'))).rejects.toThrow('torchvision.models.alexnet');
  await writeFile(join(folder, 'w'), encodeSafetensors(stateDict()));
  expect((await readFeatures(join(folder, 'w'))).size).toBe(10);
  await rm(folder, { recursive: true });
});

it('gives 256 features of an image of 63 pixels, the smallest there is, without losing their size', () => {
  const features = tf.tidy(() => {
    const weights = new Map(
      [...randomFeatures(1)].map(([key, { shape, data }]) => [key, tf.tensor(data, [...shape])]),
    );
    const image = tf.randomNormal<tf.Rank.R4>([1, 63, 63, 3], 0, 1, 'float32', 1);
    return extractFeatures(weights, image).dataSync() as Float32Array;
  });
  expect(features.length).toBe(256);
  const size = Math.sqrt(features.reduce((sum, value) => sum + value ** 2, 0) / 256);
  expect(size).toBeGreaterThan(0.2);
  expect(size).toBeLessThan(5);
});

const picture: Image = { width: 2, height: 2, channels: 1, data: Uint8Array.of(1, 2, 3, 4) };

it('turns anticlockwise, losing nothing at right angles', () => {
  expect([...rotate(picture, 0).data]).toEqual([1, 2, 3, 4]);
  expect([...rotate(picture, 90).data]).toEqual([2, 4, 1, 3]);
  expect([...rotate(picture, 180).data]).toEqual([4, 3, 2, 1]);
  expect([...rotate(picture, -90).data]).toEqual([3, 1, 4, 2]);
});

it('is black where a turned image has no pixel', () => {
  const white = { width: 9, height: 9, channels: 1, data: new Uint8Array(81).fill(255) } as const;
  const { data } = rotate(white, 45);
  expect(data[0]).toBe(0);
  expect(data[40]).toBe(255);
});

it('draws the same random angles for the same name, and spaces even ones evenly', () => {
  const random = { count: 3, angles: 'random' } as const;
  expect(anglesOf(random, 1, 'a')).toEqual(anglesOf(random, 1, 'a'));
  expect(anglesOf(random, 1, 'a')).not.toEqual(anglesOf(random, 1, 'b'));
  expect(anglesOf(random, 1, 'a').every((angle) => Math.abs(angle) <= 180)).toBe(true);
  expect(anglesOf({ count: 4, angles: 'even' }, 1, 'a')).toEqual([0, 90, 180, 270]);
});

it('removes the ImageNet mean and deviation and reduces to every second pixel', () => {
  const white = { width: 2, height: 2, channels: 3, data: new Uint8Array(12).fill(255) } as const;
  const pixels = normalised([white]);
  expect(pixels.data[0]).toBeCloseTo((1 - 0.485) / 0.229, 5);
  const numbered = tensor(
    [1, 4, 4, 1],
    Float32Array.from({ length: 16 }, (_, i) => i),
  );
  expect([...reduce(numbered, 2).data]).toEqual([0, 2, 8, 10]);
});
