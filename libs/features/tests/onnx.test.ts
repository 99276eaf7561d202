import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tensor, type Tensor } from '@fsad/tensors';
import { openFeatures } from '../src/node/index.ts';
import { tinyOnnx } from './tiny-onnx.ts';

/** Two channels a place, red + 2 green and 3 blue, once as a map and once as tokens after a class token. */
const network = tinyOnnx({
  input: { name: 'pixels', axes: [1, 3, 'rows', 'columns'] },
  outputs: ['map', 'tokens'],
  constants: [
    { name: 'filter', shape: [2, 3, 1, 1], data: Float32Array.from([1, 2, 0, 0, 0, 3]) },
    { name: 'flat', shape: [3], data: BigInt64Array.from([1n, 2n, -1n]) },
    { name: 'class', shape: [1, 1, 2], data: Float32Array.from([77, 78]) },
  ],
  nodes: [
    { type: 'Conv', inputs: ['pixels', 'filter'], outputs: ['map'] },
    { type: 'Reshape', inputs: ['map', 'flat'], outputs: ['rows'] },
    { type: 'Transpose', inputs: ['rows'], outputs: ['places'], attributes: { perm: [0, 2, 1] } },
    { type: 'Concat', inputs: ['class', 'places'], outputs: ['tokens'], attributes: { axis: 1 } },
  ],
});

const description = { mean: [0.5, 0.5, 0], deviation: [0.5, 0.25, 1], skip: 1 };

/** A picture of 2 x 2 pixels; level l of 0 .. 1 is 2 l - 1 here. */
const pixels = tensor(
  [1, 2, 2, 3],
  Float32Array.from([1, 0.5, 0, 0, 0.5, 1, 0.5, 1, 0.5, 0.25, 0, 0.75], (level) => 2 * level - 1),
);
/** By hand: red (l - 0.5) / 0.5, green (l - 0.5) / 0.25, blue l. */
const expected = [1, 0, -1, 3, 0 + 2 * 2, 1.5, -0.5 + 2 * -2, 2.25];

let folder: string;
const path = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fsad-onnx-'));
  await writeFile(path('own.onnx'), network);
  await writeFile(path('own.json'), JSON.stringify(description));
});
afterAll(() => rm(folder, { recursive: true }));

async function extract(name: string, layers: readonly number[]): Promise<Tensor[]> {
  const opened = await openFeatures(path(name), layers);
  try {
    return await opened.extract(pixels);
  } finally {
    opened.dispose();
  }
}

describe("a network of one's own", () => {
  it('gives its maps, channels last, of pixels normalised as its description says', async () => {
    const [map] = await extract('own.onnx', [0]);
    expect(map.shape).toEqual([1, 2, 2, 2]);
    map.data.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
  });

  it('gives tokens as a square map, without those that are no places', async () => {
    const [tokens, map] = await extract('own.onnx', [1, 0]);
    expect(tokens).toEqual(map);
  });

  it('takes ImageNet’s normalisation where nothing describes it', async () => {
    await writeFile(path('bare.onnx'), network);
    const [map] = await extract('bare.onnx', [0]);
    expect(map.data[1]).toBeCloseTo((3 * (0 - 0.406)) / 0.225, 4);
  });

  it('is told apart by its bytes and its description', async () => {
    const identities = [];
    for (const name of ['own.onnx', 'bare.onnx']) {
      const opened = await openFeatures(path(name), [0]);
      identities.push(opened.identity);
      opened.dispose();
    }
    expect(identities[0].slice(0, 64)).toBe(identities[1].slice(0, 64));
    expect(identities[0]).not.toBe(identities[1]);
  });
});

describe('a mistake with it is named', () => {
  const described = async (name: string, text: string): Promise<unknown> => {
    await writeFile(path(`${name}.onnx`), network);
    await writeFile(path(`${name}.json`), text);
    return extract(`${name}.onnx`, [1]);
  };

  it.each([
    ['no-file.onnx', 'no-file.onnx: cannot be read'],
    ['picture.png', 'give efficientnet-lite0, or the path of an ONNX file'],
  ])('%s', async (name, message) => {
    await expect(extract(name, [0])).rejects.toThrow(message);
  });

  it.each([
    ['syntax', '{', 'syntax.json: not valid JSON'],
    ['key', '{"sise": 3}', 'sise'],
    ['range', '{"mean": [1, 2]}', 'range.json: mean'],
    ['skip', '{"skip": 3}', 'output tokens: 5 tokens less 3 make no square'],
    ['input', '{"input": "image"}', 'there is no input "image"; there are pixels'],
    ['output', '{"outputs": ["deep"]}', 'there is no output "deep"; there are map, tokens'],
    ['few', '{"outputs": ["map"]}', 'has outputs 0 to 0 (map), there is no 1'],
    ['size', '{"size": 14, "skip": 1}', 'takes 14 x 14 pixels, got 2 x 2'],
  ])('in its description: %s', async (name, text, message) => {
    await expect(described(name, text)).rejects.toThrow(message);
  });

  it('in the file itself', async () => {
    await writeFile(path('broken.onnx'), network.slice(0, 100));
    await expect(extract('broken.onnx', [0])).rejects.toThrow('broken.onnx: onnxruntime cannot open it');
  });
});
