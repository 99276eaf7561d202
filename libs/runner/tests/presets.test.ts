import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  configure,
  methodNamed,
  methods,
  presetKeys,
  presetNames,
  presetText,
  settingsAsked,
} from '../src/index.ts';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'fsad-presets-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));
const written = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};
const settingsOfFile = async (config: string): Promise<string[]> =>
  (await settingsAsked({ config })).map((one) => (typeof one === 'string' ? one : one.text));
const purpose = { task: 'defects', shots: 1 } as const;

describe.each(Object.keys(methods))('every preset of %s', (name) => {
  it('says of every key what it means', async () => {
    const method = await methodNamed(name);
    for (const preset of Object.keys(method.presets)) {
      const { keys } = await presetKeys(preset, name);
      expect(keys.filter(({ meaning }) => meaning.length < 8).map(({ key }) => key)).toEqual([]);
    }
  });

  it('printed and given back by --config is itself', async () => {
    const method = await methodNamed(name);
    for (const [preset, config] of Object.entries(method.presets)) {
      const { keys } = await presetKeys(preset, name);
      const set = await settingsOfFile(await written(`${preset}.yaml`, presetText(keys)));
      // Over another one, where that has the same keys.
      const over = { ...method, presetFor: undefined };
      expect(configure(over, { preset, purpose, set }).config).toEqual(config);
    }
  });
});

it('lists the presets of every method, its own first', async () => {
  const names = await presetNames();
  expect([...names.keys()]).toEqual(Object.keys(methods));
  expect(names.get('htdg')).toContain('fast-rotations');
  expect(names.get('patchcore')?.[0]).toBe('few-shot');
});

it('takes the preset of the only method that has it, and asks which where several have', async () => {
  expect((await presetKeys('global')).method).toBe('patchcore');
  expect((await presetKeys('official')).method).toBe('htdg');
  await expect(presetKeys('few-shot')).rejects.toThrow(/geom, goad.*each have a preset "few-shot"; --method/);
  await expect(presetKeys('fats')).rejects.toThrow(/no method has a preset "fats".*Did you mean "fast"\?/);
  await expect(presetKeys('fast', 'geom')).rejects.toThrow(/geom has no preset "fast"/);
});

it('reads settings from YAML and JSON, nested and dotted, those of one method behind its name', async () => {
  const yaml =
    'training:\n  learningRate: 1e-3\n  iterations: { grey: 5 }\npyramid.sizes: [16, 20]\ngeom:\n  size: 32\n';
  const json = JSON.stringify({ fakeClass: 'first', training: { reconstructionEvery: null } });
  expect(await settingsOfFile(await written('a.yaml', yaml))).toEqual([
    'training.learningRate=0.001',
    'training.iterations.grey=5',
    'pyramid.sizes=[16,20]',
    'geom.size=32',
  ]);
  expect(await settingsOfFile(await written('a.json', json))).toEqual([
    'fakeClass="first"',
    'training.reconstructionEvery=null',
  ]);
});

it.each([
  ['a list', '[1, 2]', /expected configuration keys/],
  ['nothing', '', /expected configuration keys/],
  ['broken YAML', 'a: [1', /--config .*broken YAML/],
])('a file of %s is refused', async (name, text, problem) => {
  await expect(written(name, text).then(settingsOfFile)).rejects.toThrow(problem);
});

it('a key that is wrong is blamed on the file it stands in, the others on --set', async () => {
  const config = await written('wrong.yaml', 'training: { learningRat: 1 }');
  const method = await methodNamed('htdg');
  const blame = async (given: { config?: string; set?: string[] }): Promise<void> => {
    configure(method, { purpose, set: await settingsAsked(given) });
  };
  await expect(blame({ config, set: ['scoring.fraction=0.1'] })).rejects.toThrow(
    `--config ${config}: there is no configuration key "training.learningRat"`,
  );
  await writeFile(config, 'training: { learningRate: 0.1 }');
  await expect(blame({ config, set: ['fractoin=0.1'] })).rejects.toThrow(
    '--set: there is no configuration key "fractoin"',
  );
});

it('a file that is not there is named', async () => {
  await expect(settingsOfFile(join(folder, 'nowhere.yaml'))).rejects.toThrow(
    /nowhere\.yaml: there is no such file/,
  );
});
