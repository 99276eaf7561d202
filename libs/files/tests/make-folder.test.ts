import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type * as Fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeFolder } from '../src/index.ts';

const refusal = vi.hoisted(() => ({ code: '' }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof Fs>();
  const mkdirSync = (path: string, options: Fs.MakeDirectoryOptions): unknown => {
    if (refusal.code === '') return real.mkdirSync(path, options);
    throw Object.assign(new Error(`${refusal.code}: mkdir`), { code: refusal.code });
  };
  return { ...real, mkdirSync };
});

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'fsad-make-'))));
afterEach(() => {
  refusal.code = '';
  rmSync(folder, { recursive: true });
});

it.each([
  ['EROFS', 'the disk is read-only'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
])('where the file system says %s, people read %s', (code, words) => {
  refusal.code = code;
  expect(() => makeFolder(join(folder, 'store'), 'the store')).toThrow(
    `${join(folder, 'store')}: the store cannot be written there: ${words}; name another place`,
  );
});

it('a file in the way is named', () => {
  writeFileSync(join(folder, 'store'), '');
  for (const path of [join(folder, 'store'), join(folder, 'store', 'work')])
    expect(() => makeFolder(path, 'the store')).toThrow('cannot be written there: a file is in the way');
});
