import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { duration, InvalidFileError, readJson } from '../src/index.ts';

let file: string;
beforeEach(async () => void (file = join(await mkdtemp(join(tmpdir(), 'fsad-json-')), 'x.json')));
afterEach(() => rm(join(file, '..'), { recursive: true }));

const schema = z.object({ class: z.string(), train: z.array(z.object({ id: z.string() })) });
const words = { advice: 'draw it again', absent: 'this is no split' };
const read = () => readJson(file, schema, words);

it('gives what the schema accepts, also behind a byte order mark', async () => {
  await writeFile(file, '\uFEFF{"class":"a","train":[{"id":"1"}]}');
  expect(await read()).toEqual({ class: 'a', train: [{ id: '1' }] });
});

it('names file, key and what to do about a wrong value', async () => {
  await writeFile(file, '{"class":"a","train":[{"id":7}]}');
  await expect(read()).rejects.toThrow(`${file}: train[0].id: expected string, got number; draw it again`);
});

it.each(['null', '[]', '3', '{"class":'])(
  'refuses %s as a bad file, not as a fault of the program',
  async (text) => {
    await writeFile(file, text);
    await expect(read()).rejects.toThrow(InvalidFileError);
  },
);

it('says in the words of the caller that a file is absent', async () => {
  await expect(read()).rejects.toThrow(`${file}: this is no split; draw it again`);
});

it.each([
  [0, '0 s'],
  [0.34, '340 ms'],
  [0.9999, '1.0 s'],
  [4.25, '4.3 s'],
  [9.96, '10 s'],
  [59.4, '59 s'],
  [59.6, '1 min 0 s'],
  [75, '1 min 15 s'],
  [599.7, '10 min'],
  [3000, '50 min'],
  [36000, '10.0 h'],
  [3 * 86400, '3.0 days'],
])('says %d seconds as %s', (seconds, text) => expect(duration(seconds)).toBe(text));
