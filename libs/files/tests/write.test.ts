import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  DiskFullError,
  hostTag,
  replaceFile,
  replaceFileSync,
  sweepTemporaries,
  writeFolderAtomically,
} from '../src/index.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'fsad-write-'))));
afterEach(() => rm(folder, { recursive: true }));

it('replaces a file whole, from bytes or from what a function writes', async () => {
  const path = join(folder, 'a.txt');
  await replaceFile(path, 'one');
  await replaceFile(path, (temporary) => writeFile(temporary, 'two'));
  expect(await readFile(path, 'utf8')).toBe('two');
  replaceFileSync(path, 'three');
  expect(await readFile(path, 'utf8')).toBe('three');
  expect(await readdir(folder)).toEqual(['a.txt']);
});

it('leaves the earlier file and no temporary one when writing fails half-way', async () => {
  const path = join(folder, 'a.txt');
  await replaceFile(path, 'old');
  const failing = replaceFile(path, async (temporary) => {
    await writeFile(temporary, 'half');
    throw new Error('the source broke off');
  });
  await expect(failing).rejects.toThrow('the source broke off');
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['a.txt']);
});

it('says of a full disk which file was to be written and that nothing is lost', async () => {
  const full = replaceFile(join(folder, 'a'), () =>
    Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })),
  );
  await expect(full).rejects.toThrow(DiskFullError);
  await expect(full).rejects.toThrow(`no room left on the disk for ${join(folder, 'a')}`);
});

it('sweeps the temporary files of dead writers and leaves those of living ones and of other machines', async () => {
  const { pid } = spawnSync('true');
  const names = {
    dead: `.a.${hostTag}-${pid}-00.tmp`,
    living: `.a.${hostTag}-${process.pid}-00.tmp`,
    foreign: '.a.00000000-1-00.tmp',
    foreignOld: '.b.00000000-1-00.tmp',
  };
  for (const name of Object.values(names)) await writeFile(join(folder, name), '');
  const old = new Date(Date.now() - 601_000);
  await utimes(join(folder, names.foreignOld), old, old);
  expect(await sweepTemporaries(folder)).toBe(2);
  expect((await readdir(folder)).sort()).toEqual([names.living, names.foreign].sort());
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
