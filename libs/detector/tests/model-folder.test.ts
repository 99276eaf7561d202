import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { tensor } from '@fsad/tensors';
import { loadModel, parseConfig, saveModel, type DetectorMethod } from '../src/index.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'fsad-folder-'))));
afterEach(() => rm(folder, { recursive: true }));

const schema = z.strictObject({ steps: z.number(), network: z.strictObject({ width: z.number() }) });
type Config = z.infer<typeof schema>;
const never = (): Promise<never> => Promise.reject(new Error('not used here'));
const method: DetectorMethod<Config> = {
  name: 'toy',
  numericVersion: 2,
  engine: 'none',
  presets: {},
  defaultPreset: 'official',
  meanings: {},
  parseConfig: (input) => parseConfig('toy', schema, input),
  create: never,
  load: never,
};
const model = {
  config: { steps: 3, network: { width: 4 } },
  state: { channels: 1 },
  tensors: new Map([['w', tensor([2], Float32Array.of(1, -2))]]),
};

it('brings back configuration, state and tensors as they were saved', async () => {
  await saveModel(join(folder, 'm'), method, model);
  expect(await loadModel(join(folder, 'm'), method)).toEqual(model);
});

it('refuses a model of another method or of an older numeric version', async () => {
  await saveModel(join(folder, 'm'), method, model);
  await expect(loadModel(join(folder, 'm'), { ...method, name: 'other' })).rejects.toThrow('a toy model');
  await expect(loadModel(join(folder, 'm'), { ...method, numericVersion: 3 })).rejects.toThrow(
    'fit it again',
  );
});

it('refuses weights that belong to another model', async () => {
  await saveModel(join(folder, 'a'), method, model);
  await saveModel(join(folder, 'b'), method, { ...model, tensors: new Map([['w', tensor([2])]]) });
  const foreign = await readFile(join(folder, 'b', 'weights.safetensors'));
  await writeFile(join(folder, 'a', 'weights.safetensors'), foreign);
  await expect(loadModel(join(folder, 'a'), method)).rejects.toThrow('weights.safetensors: damaged');
});

it('refuses a configuration that was edited after it was saved', async () => {
  await saveModel(join(folder, 'm'), method, model);
  const path = join(folder, 'm', 'config.json');
  await writeFile(path, (await readFile(path, 'utf8')).replace('"width": 4', '"width": 5'));
  await expect(loadModel(join(folder, 'm'), method)).rejects.toThrow(
    /config\.json: was edited after it was saved/,
  );
});

it('refuses weights that are no finite numbers, naming file and tensor', async () => {
  const tensors = new Map([['w', tensor([2], Float32Array.of(1, NaN))]]);
  await saveModel(join(folder, 'm'), method, { ...model, tensors });
  await expect(loadModel(join(folder, 'm'), method)).rejects.toThrow(
    /weights\.safetensors: tensor w holds NaN/,
  );
});

it('names every unknown, missing and ill-typed key of a configuration', () => {
  const wrong = { stepz: 1, network: { width: 'wide', depth: 2 } };
  expect(() => method.parseConfig(wrong)).toThrow(
    /toy configuration: .*steps: .*network\.width: .*"network\.depth".*"stepz" \(known: steps, network\)/,
  );
});
