import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { tensor } from '@fsad/tensors';
import {
  loadModel,
  parseConfig,
  saveModel,
  writeFolderAtomically,
  type DetectorMethod,
} from '../src/index.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'fsad-folder-'))));
afterEach(() => rm(folder, { recursive: true }));

const schema = z.strictObject({ steps: z.number(), network: z.strictObject({ width: z.number() }) });
type Config = z.infer<typeof schema>;
const never = (): Promise<never> => Promise.reject(new Error('not used here'));
const method: DetectorMethod<Config> = {
  name: 'toy',
  numericVersion: 2,
  presets: {},
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

it('leaves an earlier folder as it was, and no temporary one, when writing fails', async () => {
  const target = join(folder, 'm');
  await writeFolderAtomically(target, new Map([['a', Buffer.from('old')]]));
  const failing = new Map([
    ['a', Buffer.from('new')],
    ['absent/b', Buffer.from('new')],
  ]);
  await expect(writeFolderAtomically(target, failing)).rejects.toThrow('ENOENT');
  expect(await readFile(join(target, 'a'), 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['m']);
});

it('keeps the other files of a folder it writes into', async () => {
  const target = join(folder, 'm');
  await mkdir(target);
  await writeFile(join(target, 'split.json'), '{}');
  await writeFolderAtomically(target, new Map([['a', Buffer.from('new')]]));
  expect((await readdir(target)).sort()).toEqual(['a', 'split.json']);
});

it('names every unknown, missing and ill-typed key of a configuration', () => {
  const wrong = { stepz: 1, network: { width: 'wide', depth: 2 } };
  expect(() => method.parseConfig(wrong)).toThrow(
    /toy configuration: .*steps: .*network\.width: .*"network\.depth".*"stepz" \(known: steps, network\)/,
  );
});
