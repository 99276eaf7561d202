import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  csvCell,
  distinctNames,
  markMadeHere,
  printable,
  requireNoInput,
  requireOutputFile,
  requireOutputFolder,
} from '../src/index.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'fsad-outputs-'))));
afterEach(() => rm(folder, { recursive: true }));

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
);

describe('places of outputs, tried before the work', () => {
  it('a file needs a folder that is there; the trial leaves nothing', async () => {
    await requireOutputFile(join(folder, 'x.csv'), '--csv');
    await expect(requireOutputFile(join(folder, 'no', 'x.csv'), '--csv')).rejects.toThrow(
      /^--csv .*x\.csv: there is no folder .*no; make it first/,
    );
    await expect(requireOutputFile(folder, '--csv')).rejects.toThrow(/this is a folder/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('a folder may be absent, but no file may be in its way', async () => {
    await requireOutputFolder(join(folder, 'a', 'b'), '--out');
    await writeFile(join(folder, 'file'), '');
    await expect(requireOutputFolder(join(folder, 'file', 'b'), '--out')).rejects.toThrow(/file is a file/);
    expect(await readdir(folder)).toEqual(['file']);
  });

  it.skipIf(process.getuid?.() === 0)(
    'a folder that takes no files is refused (root may write anywhere)',
    async () => {
      await mkdir(join(folder, 'closed'));
      await chmod(join(folder, 'closed'), 0o500);
      await expect(requireOutputFolder(join(folder, 'closed'), '--out')).rejects.toThrow(
        /nothing can be written/,
      );
    },
  );

  it('no output is an input, by whatever link, or replaces what this program did not draw', async () => {
    await writeFile(join(folder, 'a.png'), png);
    await writeFile(join(folder, 'map.png'), markMadeHere(png));
    await symlink(folder, join(folder, 'link'));
    const refuse = (output: string, input: string) =>
      requireNoInput([join(folder, output)], [join(folder, input)], '--out');
    await expect(refuse('link/a.png', 'a.png')).rejects.toThrow(/is one of the pictures that are read/);
    await expect(refuse('a.png', 'b.png')).rejects.toThrow(/was not drawn by fsad/);
    await refuse('map.png', 'a.png');
    await refuse('new.png', 'a.png');
  });

  it('names are numbered until they are distinct, also where case and Unicode form are ignored', () => {
    expect(distinctNames(['a', 'a', 'a-2'])).toEqual(['a', 'a-3', 'a-2']);
    expect(distinctNames(['A', 'a', 'overview'], ['overview'])).toEqual(['A', 'a-2', 'overview-2']);
    const [one, two] = distinctNames(['ü'.normalize('NFC'), 'ü'.normalize('NFD')]);
    expect(two.normalize('NFC')).not.toBe(one);
  });
});

describe('text from outside', () => {
  it('reaches a terminal without control characters', () => {
    expect(printable('a\u001b[31m\u0007\u009b\u202eb\tc\n')).toBe('a\\x1b[31m\\x07\\x9b\\u202eb\tc\n');
  });

  it('in CSV is text where a spreadsheet would compute; numbers stay', () => {
    expect(['=1+1', '+A1', '@x', '-x', 'x=1', '-0.5', '1e-7'].map(csvCell)).toEqual([
      "'=1+1",
      "'+A1",
      "'@x",
      "'-x",
      'x=1',
      '-0.5',
      '1e-7',
    ]);
  });
});
