import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { liesIn, pathInside, readInside, UnsafePathError } from '../src/index.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'fsad-inside-'))));
afterEach(() => rm(folder, { recursive: true }));

it('joins names below a folder', () => {
  expect(pathInside('/s', 'ab', 'scores.json')).toBe(join('/s', 'ab', 'scores.json'));
  expect(pathInside('/s', 'pictures/a b.png')).toBe(join('/s', 'pictures', 'a b.png'));
});

it.each(['../x', 'a/../../x', '/etc/passwd', '', '.', 'a//b', 'a/./b', 'a\\..\\x', 'C:x', 'a\0b'])(
  'refuses %j, which is no path below the folder',
  (part) => expect(() => pathInside('/s', part)).toThrow(UnsafePathError),
);

it('knows whether a path lies in a folder, links resolved and also where it does not exist', async () => {
  await mkdir(join(folder, 'in', 'deep'), { recursive: true });
  await symlink(join(folder, 'in'), join(folder, 'link'));
  expect(await liesIn(join(folder, 'link', 'deep', 'new', 'x.png'), join(folder, 'in'))).toBe(true);
  expect(await liesIn(join(folder, 'in'), join(folder, 'link'))).toBe(true);
  expect(await liesIn(join(folder, 'inside'), join(folder, 'in'))).toBe(false);
  expect(await liesIn(folder, join(folder, 'in'))).toBe(false);
});

it('reads a regular file of the size expected, and no link out of the folder, device or larger file', async () => {
  await writeFile(join(folder, 'outside'), 'secret');
  await mkdir(join(folder, 'in'));
  await writeFile(join(folder, 'in', 'a'), 'four');
  await symlink(join(folder, 'outside'), join(folder, 'in', 'link'));
  await symlink('/dev/zero', join(folder, 'in', 'endless'));
  expect((await readInside(join(folder, 'in'), 'a', 4)).toString()).toBe('four');
  await expect(readInside(join(folder, 'in'), 'a', 3)).rejects.toThrow('has 4 bytes, at most 3');
  await expect(readInside(join(folder, 'in'), 'link', 100)).rejects.toThrow('a link out of');
  await expect(readInside(join(folder, 'in'), 'endless', 100)).rejects.toThrow('not a regular file');
  await expect(readInside(join(folder, 'in'), '../outside', 100)).rejects.toThrow(UnsafePathError);
});
