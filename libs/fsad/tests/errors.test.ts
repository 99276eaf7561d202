import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import * as fsad from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'fsad-errors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const grey: fsad.Pixels = { width: 8, height: 8, channels: 1, data: new Uint8Array(64) };
const cheap = { method: 'pixel-mse', calibrate: false };

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => null,
    (reason) => reason as unknown,
  );
  expect(error).toBeInstanceOf(fsad.FsadError);
  return (error as fsad.FsadError).code;
}

test.each([
  ['FSAD_BAD_IMAGE', () => fsad.learn([Uint8Array.of(1, 2, 3)], cheap)],
  ['FSAD_PICTURES', () => fsad.learn([], cheap)],
  ['FSAD_CONFIGURATION', () => fsad.learn([grey], { ...cheap, method: 'pixel' })],
  ['FSAD_CONFIGURATION', () => fsad.learn([grey], { ...cheap, preset: 'none' })],
  ['FSAD_CONFIGURATION', () => fsad.learn([grey], { ...cheap, set: ['sise=3'] })],
  ['FSAD_CONFIGURATION', () => fsad.learn([grey], { ...cheap, set: ['size=big'] })],
  ['FSAD_ENGINE', () => fsad.learn([grey], { method: 'geom', engine: 'steam' })],
  ['FSAD_INVALID_FILE', () => fsad.load(join(folder, 'nowhere'))],
] as const)('%s', async (code, work) => {
  expect(await codeOf(work())).toBe(code);
});

test('a model whose weights were cut short is told by its code and its file', async () => {
  const model = await fsad.learn([grey], cheap);
  await model.save(join(folder, 'cut'));
  model.dispose();
  writeFileSync(join(folder, 'cut', 'weights.safetensors'), '');
  await expect(fsad.load(join(folder, 'cut'))).rejects.toMatchObject({
    code: 'FSAD_INVALID_FILE',
    file: expect.stringContaining('weights.safetensors'),
  });
});

test('the page of errors has every class with its code, and no other', () => {
  type Making = new (...given: unknown[]) => fsad.FsadError;
  const classes = Object.entries(fsad).filter(
    ([, one]) => typeof one === 'function' && one.prototype instanceof fsad.FsadError,
  );
  const made = classes.map(([name, one]) => `${name} ${new (one as unknown as Making)('x', {}).code}`);
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` +\| `(FSAD_\w+)`/gm)].map(
    ([, name, code]) => `${name} ${code}`,
  );
  expect(rows.sort()).toEqual(made.sort());
});
