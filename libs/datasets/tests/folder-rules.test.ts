import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeRecord, markMadeHere, pictureFile } from '@fsad/files';
import { encodePng } from '@fsad/images';
import { openDataset, trainedAmongTest, drawSplit, selectTest, summarise } from '../src/index.ts';
import { ContentDigests } from '../src/content-digests.ts';
import { fakeMvtec, noise, temporaryFolder, writeAt, writePng } from './fakes.ts';

const root = await temporaryFolder();

async function folder(name: string, files: readonly string[]): Promise<string> {
  for (const file of files) await writePng(`${root}/${name}`, file);
  return `${root}/${name}`;
}

describe('labels by folder names', () => {
  it.each(['Good', 'ok', 'OK', 'normal', 'NORMAL'])(
    'test/%s counts as good, and is said to',
    async (good) => {
      const path = await folder(`label-${good}`, [
        'train/good/a.png',
        `test/${good}/b.png`,
        'test/cut/c.png',
      ]);
      const dataset = await openDataset('folder', { path });
      expect(dataset.testItems('normal', 'test').map(({ id, anomalous }) => [id, anomalous])).toEqual(
        [
          [`test/${good}/b.png`, false],
          ['test/cut/c.png', true],
        ].sort((a, b) => (a[0] < b[0] ? -1 : 1)),
      );
      expect(dataset.notesOf!('normal')).toEqual([
        `training: train/good (1); good: test/${good} (1); defects: test/cut (1)`,
      ]);
    },
  );

  it('a category of MVTec AD with train/OK and Test/Normal opens alike', async () => {
    const path = await folder('mvtec-labels', [
      'w/train/OK/a.png',
      'w/Test/Normal/b.png',
      'w/Test/cut/c.png',
    ]);
    const { classes } = summarise(await openDataset('mvtec', { path }));
    expect(classes[0]).toMatchObject({ training: 1, normalTest: 1, anomalousTest: 1 });
    expect(classes[0].notes).toEqual([
      'training: w/train/OK (1); good: w/Test/Normal (1); defects: w/Test/cut (1)',
    ]);
  });

  it('folders that systems leave are no kinds of defect, and are counted as passed over', async () => {
    const files = ['@eaDir', '__MACOSX', 'lost+found', '.ipynb_checkpoints'].map(
      (name) => `test/${name}/x.png`,
    );
    const path = await folder('system', ['train/good/a.png', 'test/good/b.png', ...files]);
    const dataset = await openDataset('folder', { path });
    expect(dataset.testItems('normal', 'test')).toHaveLength(1);
  });

  it('folders beside the good pictures that nobody reads are named', async () => {
    const path = await folder('beside', ['good/a.png', 'scratched/b.png', 'NG/c.png']);
    const dataset = await openDataset('folder', { path });
    expect(dataset.notesOf!('normal')).toEqual([
      'training: good (1); defects: NG (1)',
      'passed over: 1 sub-folder (scratched)',
    ]);
  });
});

describe('one rule for folders of pictures', () => {
  it('reads sub-folders of a kind, with their masks, and links to pictures, kinds and categories', async () => {
    const path = await folder('nested/w', [
      'train/good/a.png',
      'test/good/cam1/b.png',
      'ground_truth/cut/cam1/c_mask.png',
    ]);
    await folder('elsewhere', ['cam1/c.png']);
    symlinkSync(`${root}/elsewhere`, `${path}/test/cut`);
    mkdirSync(`${root}/linked`);
    symlinkSync(path, `${root}/linked/w`);
    const dataset = await openDataset('mvtec', { path: `${root}/linked` });
    expect(dataset.testItems('w', 'test').map(({ id, hasMask }) => [id, hasMask])).toEqual([
      ['w/test/cut/cam1/c.png', true],
      ['w/test/good/cam1/b.png', false],
    ]);
    expect((await dataset.image('w/test/cut/cam1/c.png')).width).toBe(8);
    expect(dataset.notesOf!('w')[0]).toContain('test/good/cam1 (1)');
  });

  it('never learns from what this program drew, and says how much that was', async () => {
    const path = await folder('drawn', ['a.png']);
    await writeAt(path, 'losses.png', markMadeHere(await encodePng(noise('x', 8, 8, 3))));
    const dataset = await openDataset('folder', { path });
    expect(dataset.trainIds('normal')).toEqual(['a.png']);
    expect(dataset.notesOf!('normal')[1]).toBe('passed over: 1 picture drawn by fsad');
  });

  it('names a link to nothing as a bad picture, and draws without it when skipping', async () => {
    const path = await folder('dangling', ['a.png']);
    symlinkSync('/nowhere.png', `${path}/b.png`);
    const dataset = await openDataset('folder', { path });
    const draw = (onBadImage?: () => void) =>
      drawSplit(dataset, { class: 'normal', rule: 'folder', onBadImage });
    await expect(draw()).rejects.toThrow(
      /b\.png: there is no such file, or it is a link to one that is gone/,
    );
    expect((await draw(() => undefined)).shots).toBe(1);
  });
});

describe('identity of data', () => {
  it('is their content: pictures swapped for others of the same size and time change the fingerprint', async () => {
    const path = await fakeMvtec(`${root}/swap`, ['w']);
    const [good, bent] = [`${path}/w/test/good/000.png`, `${path}/w/test/bent/000.png`];
    for (const name of [good, bent]) writeFileSync(name, Buffer.from(name === good ? 'one' : 'two'));
    const before = (await openDataset('mvtec', { path })).fingerprintOf('w');
    const time = statSync(good).mtime;
    renameSync(good, `${good}x`);
    renameSync(bent, good);
    renameSync(`${good}x`, bent);
    for (const name of [good, bent]) utimesSync(name, time, time);
    expect((await openDataset('mvtec', { path })).fingerprintOf('w')).not.toBe(before);
  });

  it('is the same in another place and at another time', async () => {
    const one = await openDataset('mvtec', { path: await fakeMvtec(`${root}/one`, ['w']) });
    const two = await openDataset('mvtec', { path: await fakeMvtec(`${root}/two`, ['w']) });
    expect(one.fingerprint).toBe(two.fingerprint);
    expect(one.stamp).not.toBe(two.stamp);
  });

  it('is remembered while a file stays the same and read anew when it changes, also at equal size and time', () => {
    mkdirSync(`${root}/remembered`);
    const file = `${root}/remembered/a.png`;
    const old = new Date(Date.now() - 10_000);
    const put = (text: string): void => {
      writeFileSync(`${file}.new`, text);
      utimesSync(`${file}.new`, old, old);
      renameSync(`${file}.new`, file);
    };
    const memory = `${root}/memory`;
    const digests = (now?: () => number) => new ContentDigests(`${root}/remembered`, memory, now);
    const digest = (now?: () => number) => digests(now).of([pictureFile(file, 'a.png')])[0];
    put('one');
    const first = digest();
    // Made this moment: the clock of its disk may be too coarse to tell a change.
    expect(() => readdirSync(memory)).toThrow('ENOENT');
    expect(digest(() => Date.now() + 5000)).toBe(first);
    const [name] = readdirSync(memory);
    const wrong = 'f'.repeat(64);
    writeFileSync(`${memory}/${name}`, encodeRecord(['a.png', pictureFile(file).state, wrong]));
    expect(digest()).toBe(wrong);
    put('two');
    expect(digest()).not.toBe(wrong);
    writeFileSync(`${memory}/${name}`, 'rubbish');
    put('one');
    expect(digest()).toBe(first);
  });

  it('of a training picture is found among the test pictures under another name', async () => {
    const path = await folder('twice', ['train/good/a.png', 'test/good/b.png', 'test/cut/c.png']);
    copyFileSync(`${path}/train/good/a.png`, `${path}/test/good/copy.png`);
    const dataset = await openDataset('folder', { path });
    const split = await drawSplit(dataset, { class: 'normal', rule: 'folder' });
    const { items } = selectTest(dataset, split);
    expect(trainedAmongTest(dataset, split, items)).toEqual(['test/good/copy.png']);
  });
});
