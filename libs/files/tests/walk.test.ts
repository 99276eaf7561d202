import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isMadeHere, listFolders, markMadeHere, walkPictures } from '../src/index.ts';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'fsad-walk-'))));
afterEach(() => rmSync(root, { recursive: true }));

function put(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), 'x');
  }
}
const ids = (below = '', options = {}): string[] =>
  walkPictures(root, below, options).pictures.map(({ id }) => id);
const said = (): string | null => walkPictures(root).passedOver.inWords();

/** A PNG of one black pixel, written by hand. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
);

it('finds pictures of all endings that are read, in folders and below, in the order of their ids', () => {
  put('b.PNG', 'a.jfif', 'cam1/z.jpg', 'cam0/y.tif');
  expect(ids()).toEqual(['a.jfif', 'b.PNG', 'cam0/y.tif', 'cam1/z.jpg']);
  expect(said()).toBeNull();
});

it('follows links to pictures and folders, and reads no folder twice, so that loops end', () => {
  put('real/a.png');
  symlinkSync(join(root, 'real/a.png'), join(root, 'link.png'));
  symlinkSync('..', join(root, 'real/up'));
  symlinkSync('real', join(root, 'also'));
  expect(ids()).toEqual(['link.png', 'real/a.png']);
  expect(said()).toBe('passed over: 2 folders reached by a second way (also, real/up)');
  expect(ids('also')).toEqual(['also/a.png', 'also/up/link.png']);
});

it('lists a link to nothing that is named like a picture, so that it can be named as a bad one', () => {
  symlinkSync('/nowhere.png', join(root, 'b.png'));
  expect(walkPictures(root).pictures).toMatchObject([{ id: 'b.png', bytes: 0 }]);
});

it('passes over hidden and system names, masks, other kinds and other files, and says how many of each', () => {
  put('a.png', '._a.png', '.ipynb_checkpoints/a.png', '@eaDir/a.png', '__MACOSX/a.png', 'Thumbs.db');
  put('ground_truth/cut/1.png', 'ground_truth/cut/2.png', 'c.HEIC', 'notes.txt');
  expect(ids()).toEqual(['a.png']);
  expect(said()).toBe(
    'passed over: 5 hidden or system names, 1 picture of a kind that is not read (c.HEIC), 2 masks, 1 file that is no picture',
  );
});

it('passes over the pictures this program drew, wherever they were copied to', () => {
  put('a.png');
  writeFileSync(join(root, 'photo.png'), png);
  writeFileSync(join(root, 'map.png'), markMadeHere(png));
  expect(isMadeHere(join(root, 'map.png'))).toBe(true);
  expect(isMadeHere(join(root, 'photo.png'))).toBe(false);
  expect(ids()).toEqual(['a.png', 'photo.png']);
  expect(said()).toBe('passed over: 1 picture drawn by fsad');
});

it.runIf(process.platform === 'linux')(
  'counts names that are not UTF-8, and things that are no files',
  () => {
    put('a.png');
    writeFileSync(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9]), Buffer.from('.png')]), 'x');
    execFileSync('mkfifo', [join(root, 'pipe.png')]);
    expect(ids()).toEqual(['a.png']);
    expect(said()).toBe(
      'passed over: 1 name that is not UTF-8 (caf\uFFFD.png), 1 thing that is no file (pipe.png)',
    );
  },
);

it('reads only the folder itself when asked, and counts the sub-folders nobody else reads', () => {
  put('a.png', 'test/good/b.png', 'cam1/c.png');
  const { pictures, passedOver } = walkPictures(root, '', { flat: true, known: (name) => name === 'test' });
  expect(pictures.map(({ id }) => id)).toEqual(['a.png']);
  expect(passedOver.inWords()).toBe('passed over: 1 sub-folder (cam1)');
});

it('tells a file that was changed at equal size from the one before', () => {
  put('a.png');
  const before = walkPictures(root).pictures[0].state;
  utimesSync(join(root, 'a.png'), 1, 1);
  expect(walkPictures(root).pictures[0].state).not.toBe(before);
});

it('lists folders without hidden and system ones, links included; none where there is no folder', () => {
  put('b/x.png', '.git/x', 'lost+found/x');
  symlinkSync('b', join(root, 'a'));
  expect(listFolders(root)).toEqual(['a', 'b']);
  expect(listFolders(root, 'absent')).toEqual([]);
});
