import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSafetensors, tensor, type Tensor } from '@fsad/tensors';
import { findBinding, openTfjs } from '@fsad/tensors/tfjs';
import { blocks, EfficientNetLite0, strideOf } from '../src/index.ts';
import { readWeights } from '../src/node/index.ts';

const fixture = fileURLToPath(new URL('fixtures/blocks.safetensors', import.meta.url));
const wanted = [0, 2, 4, 10, 15];

/** The made-up picture of `scripts/make-reference.py`, [1, rows, columns, 3]. */
function picture(rows: number, columns: number): Tensor {
  const pixels = tensor([1, rows, columns, 3]);
  for (let y = 0, at = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      for (let c = 0; c < 3; c++) {
        const wave = Math.sin(0.7 * (c + 1) + 0.31 * x + 0.0021 * x * y * (c + 1));
        pixels.data[at++] = wave * Math.cos(0.17 * y - 0.05 * x * c);
      }
    }
  }
  return pixels;
}

const engines = findBinding('tensorflow') ? ['wasm', 'tensorflow'] : ['wasm'];

describe.each(engines)('EfficientNet-Lite0 on %s', (engine) => {
  let network: EfficientNetLite0;
  let reference: ReadonlyMap<string, Tensor>;
  beforeAll(async () => {
    await openTfjs({ engine, threads: 1 });
    network = await EfficientNetLite0.open(readWeights, wanted);
    reference = decodeSafetensors(await readFile(fixture), fixture).tensors;
  });
  afterAll(() => network.dispose());

  it.each([
    ['even', 64, 96],
    ['odd', 50, 75],
  ])('gives what PyTorch gives for a picture of %s sides, to 1e-3', async (name, rows, columns) => {
    const maps = await network.extract(picture(rows, columns));
    for (const [i, { shape, data }] of maps.entries()) {
      const expected = reference.get(`${name}/${wanted[i]}`) as Tensor;
      expect(shape).toEqual(expected.shape);
      const error = data.reduce((most, value, j) => Math.max(most, Math.abs(value - expected.data[j])), 0);
      expect(error, `block ${wanted[i]}`).toBeLessThan(1e-3);
    }
  });

  it('gives a picture the same features alone and in a batch', async () => {
    const one = picture(64, 96);
    const two = tensor([2, 64, 96, 3], Float32Array.from([...one.data.map((value) => -value), ...one.data]));
    const alone = (await network.extract(one))[2].data;
    const second = (await network.extract(two))[2].data.subarray(alone.length);
    const error = alone.reduce((most, value, j) => Math.max(most, Math.abs(value - second[j])), 0);
    expect(error).toBeLessThan(1e-4);
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    await network.extract(picture(64, 64));
    expect(tf.memory().numTensors).toBe(before);
    const other = await EfficientNetLite0.open(readWeights, [0]);
    other.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has a gradient with respect to the pixels that the finite difference along it confirms', () => {
    const shape: [number, number, number, number] = [1, 48, 48, 3];
    const data = Float32Array.from({ length: 48 * 48 * 3 }, (_, i) => Math.sin(0.31 * i + 1e-5 * i * i));
    const sumOf = (x: tf.Tensor): tf.Scalar => tf.mean(tf.square(network.run(x as tf.Tensor4D)[1]));
    const gradient = tf.tidy(() => tf.grad(sumOf)(tf.tensor4d(data, shape)).dataSync());
    const length = Math.hypot(...gradient);
    const valueAt = (step: number): number =>
      tf.tidy(() => {
        const moved = data.map((value, i) => value + (step * gradient[i]) / length);
        return sumOf(tf.tensor4d(moved, shape)).dataSync()[0];
      });
    const difference = (valueAt(0.01) - valueAt(-0.01)) / 0.02;
    expect(Math.abs(difference / length - 1)).toBeLessThan(0.01);
  });
});

it('reads only the first weight file for blocks up to 10', async () => {
  const read: string[] = [];
  const network = await EfficientNetLite0.open((file) => (read.push(file), readWeights(file)), [10, 2]);
  network.dispose();
  expect(read).toEqual(['efficientnet-lite0-blocks-0-10.safetensors']);
});

it('names a block that does not exist, and a weight file that is damaged', async () => {
  await expect(EfficientNetLite0.open(readWeights, [16])).rejects.toThrow('blocks 0 to 15, there is no 16');
  await expect(EfficientNetLite0.open(readWeights, [])).rejects.toThrow('no block');
  const truncated = async (file: string): Promise<Uint8Array> => (await readWeights(file)).slice(0, 100_000);
  await expect(EfficientNetLite0.open(truncated, [2])).rejects.toThrow(/blocks-0-10\.safetensors: truncated/);
});

it('has 16 blocks with the channels and strides of the published table', () => {
  expect(blocks.map(({ output }) => output)).toEqual([
    16, 24, 24, 40, 40, 80, 80, 80, 112, 112, 112, 192, 192, 192, 192, 320,
  ]);
  expect([0, 2, 4, 10, 15].map(strideOf)).toEqual([2, 4, 8, 16, 32]);
});
