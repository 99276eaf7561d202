import { linkSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { BadImageError } from '@fsad/images';
import { drawSplit, openDataset, selectTest } from '../src/index.ts';
import { fakeJpeg, fakeMvtec, fakeParis, temporaryFolder, writeAt, writeMask, writePng } from './fakes.ts';

const root = await temporaryFolder();

describe('MVTec AD', () => {
  it('lists training, test kinds and masks of each category present', async () => {
    const dataset = await openDataset('mvtec', { path: await fakeMvtec(`${root}/a`, ['grid', 'screw']) });
    expect(dataset.classes).toEqual(['grid', 'screw']);
    expect(dataset.trainIds('screw')).toEqual([0, 1, 2, 3].map((i) => `screw/train/good/00${i}.png`));
    expect(
      dataset
        .testItems('grid', 'test')
        .map(({ id, kind, anomalous, hasMask }) => [id, kind, anomalous, hasMask]),
    ).toEqual([
      ['grid/test/bent/000.png', 'bent', true, true],
      ['grid/test/bent/001.png', 'bent', true, true],
      ['grid/test/glue/000.png', 'glue', true, true],
      ['grid/test/glue/001.png', 'glue', true, true],
      ['grid/test/good/000.png', 'good', false, false],
      ['grid/test/good/001.png', 'good', false, false],
    ]);
    const mask = await dataset.mask('grid/test/bent/000.png');
    expect(mask?.data.filter((value) => value === 255).length).toBe(16);
  });

  it('gives grey categories three equal channels', async () => {
    const dataset = await openDataset('mvtec', { path: await fakeMvtec(`${root}/b`, ['zipper'], 1) });
    const { channels, data } = await dataset.image('zipper/train/good/000.png');
    expect(channels).toBe(3);
    expect([data[1], data[2]]).toEqual([data[0], data[0]]);
  });

  it('reports absent categories, shortfalls, defects without mask and masks without defect', async () => {
    const path = await fakeMvtec(`${root}/c`, ['leather']);
    await rm(`${path}/leather/test/bent/000.png`);
    await rm(`${path}/leather/ground_truth/glue/001_mask.png`);
    const dataset = await openDataset('mvtec', { path });
    expect(dataset.warnings).toEqual([
      expect.stringMatching(/^14 of 15 categories are absent: bottle, .*zipper$/),
      'leather: 4 of 245 training pictures, 2 of 32 good test pictures, 3 of 92 defect pictures, 3 of 92 masks',
      'leather: defect pictures without a mask: leather/test/glue/001.png',
      'leather: masks without a picture: leather/ground_truth/bent/000_mask.png',
    ]);
    expect(await dataset.mask('leather/test/glue/001.png')).toBeNull();
  });

  it('names the categories present when an absent one is asked for', async () => {
    const dataset = await openDataset('mvtec', { path: `${root}/c` });
    expect(() => dataset.trainIds('grid')).toThrow(/grid is absent .* present are leather/);
    expect(() => dataset.trainIds('grdi')).toThrow(/no class "grdi"/);
  });

  it('changes its fingerprint with a size or a name, not with an opening', async () => {
    const path = await fakeMvtec(`${root}/d`, ['tile']);
    const before = (await openDataset('mvtec', { path })).fingerprint;
    await writePng(path, 'tile/train/good/003.png', 3, 9);
    const after = (await openDataset('mvtec', { path })).fingerprint;
    expect(after).not.toBe(before);
    await rm(`${path}/tile/train/good/003.png`);
    expect((await openDataset('mvtec', { path })).fingerprint).not.toBe(after);
  });

  it('has a fingerprint of each category that other categories do not change', async () => {
    const path = await fakeMvtec(`${root}/categories`, ['tile']);
    const before = await openDataset('mvtec', { path });
    await fakeMvtec(path, ['wood']);
    const after = await openDataset('mvtec', { path });
    expect(after.fingerprintOf('tile')).toBe(before.fingerprintOf('tile'));
    expect(after.fingerprintOf('wood')).not.toBe(after.fingerprintOf('tile'));
    await writePng(path, 'tile/train/good/003.png', 3, 9);
    expect((await openDataset('mvtec', { path })).fingerprintOf('tile')).not.toBe(
      after.fingerprintOf('tile'),
    );
  });

  it('opens all 5,354 pictures in less than a second of processor time without reading one', async () => {
    const names: [string, number][] = [
      ['train/good', 242],
      ['test/good', 31],
      ['test/bent', 84],
      ['ground_truth/bent', 84],
    ];
    // Decoding it would be an error.
    writeFileSync(`${root}/empty.png`, '');
    for (let category = 0; category < 15; category++) {
      for (const [folder, count] of names) {
        await mkdir(`${root}/full/c${category}/${folder}`, { recursive: true });
        const mask = folder.startsWith('ground') ? '_mask' : '';
        for (let i = 0; i < count; i++)
          linkSync(`${root}/empty.png`, `${root}/full/c${category}/${folder}/${i}${mask}.png`);
      }
    }
    const before = process.cpuUsage();
    const dataset = await openDataset('mvtec', { path: `${root}/full` });
    const { user, system } = process.cpuUsage(before);
    expect(dataset.ids()).toHaveLength(15 * 357);
    expect((user + system) / 1e6).toBeLessThan(1);
  });

  it('points one category, or a folder of something else, to the right place', async () => {
    await expect(openDataset('mvtec', { path: `${root}/d/tile` })).rejects.toThrow(
      /is one category; give the folder that holds it/,
    );
    await expect(openDataset('mvtec', { path: `${root}/d/tile/train` })).rejects.toThrow(/holds no category/);
    await expect(openDataset('mvtec', { path: `${root}/nowhere` })).rejects.toThrow(/there is no folder/);
  });
});

describe('Paris', () => {
  const name = (landmark: string, i: number): string => `paris_${landmark}_00000${i}`;
  const names = [1, 2, 3].flatMap((i) => [name('louvre', i), name('eiffel', i), name('general', i)]);
  const lists = {
    louvre: [name('louvre', 1), name('general', 1)],
    eiffel: [name('eiffel', 1), name('louvre', 2)],
  };

  it('takes the ok lists, each name once, whatever the file name says', async () => {
    const dataset = await openDataset('paris', { path: await fakeParis(`${root}/p`, names, lists) });
    expect(dataset.options).toEqual({ normal: 'ok' });
    expect(dataset.trainIds('louvre')).toEqual(['paris_general_000001.jpg', 'paris_louvre_000001.jpg']);
    expect(dataset.trainIds('eiffel')).toEqual(['paris_eiffel_000001.jpg', 'paris_louvre_000002.jpg']);
  });

  it('counts every other picture as an anomaly, but leaves out general ones that no list names', async () => {
    const dataset = await openDataset('paris', { path: `${root}/p` });
    const items = dataset.testItems('louvre', 'test');
    expect(items.filter(({ anomalous }) => anomalous).map(({ id }) => id)).toEqual(
      [name('eiffel', 1), name('eiffel', 2), name('eiffel', 3), name('louvre', 2), name('louvre', 3)].map(
        (n) => `${n}.jpg`,
      ),
    );
    expect(items.length).toBe(7);
  });

  it('takes file names with normal=landmark, and the split carries the option', async () => {
    const dataset = await openDataset('paris', { path: `${root}/p`, options: { normal: 'landmark' } });
    expect(dataset.trainIds('louvre')).toEqual(
      ['general_000001', 'louvre_000001', 'louvre_000002', 'louvre_000003'].map((n) => `paris_${n}.jpg`),
    );
    const split = await drawSplit(dataset, { class: 'louvre', rule: 'indices', indices: [1] });
    const other = await drawSplit(await openDataset('paris', { path: `${root}/p` }), {
      class: 'louvre',
      rule: 'indices',
      indices: [1],
    });
    expect(split.train).toEqual(other.train);
    expect(split.id).not.toBe(other.id);
  });

  it('leaves out the damaged pictures by name', async () => {
    const damaged = 'paris_louvre_000136';
    const path = await fakeParis(`${root}/q`, [damaged, name('louvre', 1)], {
      louvre: [damaged, name('louvre', 1)],
    });
    const dataset = await openDataset('paris', { path });
    expect(dataset.trainIds('louvre')).toEqual([`${name('louvre', 1)}.jpg`]);
    expect(dataset.warnings[0]).toBe('1 of 6,392 pictures are present (without the 20 damaged ones)');
  });

  it('has the same ids however the archives were unpacked, and says how much of each list is there', async () => {
    await fakeParis(`${root}/r`, [], { louvre: [name('louvre', 1), name('louvre', 9)] });
    await writeAt(`${root}/r`, `images/${name('louvre', 1)}.jpg`, await fakeJpeg(name('louvre', 1)));
    const dataset = await openDataset('paris', { path: `${root}/r` });
    expect(dataset.trainIds('louvre')).toEqual([`${name('louvre', 1)}.jpg`]);
    expect(dataset.warnings).toContain('pictures the ok lists name: louvre 1 of 2');
    expect(dataset.warnings.join()).toMatch(/ok lists are absent for defense, eiffel/);
  });

  it('asks for the ground truth or the other option when lists are missing', async () => {
    const path = await fakeParis(`${root}/s`, [name('louvre', 1)], {});
    await expect(openDataset('paris', { path })).rejects.toThrow(/no ground truth.*normal=landmark/);
    expect(
      (await openDataset('paris', { path, options: { normal: 'landmark' } })).trainIds('louvre').length,
    ).toBe(1);
  });
});

describe('a folder of own pictures', () => {
  it('takes every picture in it, hidden and other files aside', async () => {
    for (const file of ['b.png', 'a.png', '._a.png']) await writePng(`${root}/t`, file);
    await writeAt(`${root}/t`, 'notes.txt', 'hello');
    const dataset = await openDataset('folder', { path: `${root}/t` });
    const split = await drawSplit(dataset, { class: 'normal', rule: 'folder' });
    expect(split.train.map(({ id }) => id)).toEqual(['a.png', 'b.png']);
    expect(split.shots).toBe(2);
  });

  it('reads test/good, test/<defect> and ground_truth beside its good pictures', async () => {
    const path = `${root}/u`;
    for (const file of ['a.png', 'test/good/b.png', 'test/crack/c.png', 'test/crack/d.png'])
      await writePng(path, file);
    await writeMask(path, 'ground_truth/crack/c.png');
    const dataset = await openDataset('folder', { path });
    expect(dataset.trainIds('normal')).toEqual(['a.png']);
    expect(dataset.testItems('normal', 'test').map(({ id, hasMask }) => [id, hasMask])).toEqual([
      ['test/crack/c.png', true],
      ['test/crack/d.png', false],
      ['test/good/b.png', false],
    ]);
    expect(dataset.warnings).toEqual(['defect pictures without a mask: test/crack/d.png']);
  });

  it('says which pictures it does not use', async () => {
    const path = `${root}/unused`;
    for (const file of ['a.png', 'good/b.png', 'test/c.png', 'test/crack/d.png']) await writePng(path, file);
    const { warnings, ids } = await openDataset('folder', { path });
    expect(ids()).toEqual(['a.png', 'test/crack/d.png']);
    expect(warnings).toEqual([
      'pictures in good are not used, since there are good ones in the folder itself',
      'pictures in test have no label and are not used; test/good and test/<defect> are',
    ]);
  });

  it('tests on the good pictures it did not train on when there are only good and bad ones', async () => {
    for (const file of ['good/a.png', 'good/b.png', 'bad/c.png']) await writePng(`${root}/v`, file);
    const dataset = await openDataset('folder', { path: `${root}/v` });
    const split = await drawSplit(dataset, { class: 'normal', rule: 'indices', indices: [0] });
    const tested = selectTest(dataset, split).items.map(({ id, anomalous }) => [id, anomalous]);
    expect(tested).toEqual([
      ['good/b.png', false],
      ['bad/c.png', true],
    ]);
  });

  it('refuses grey among colour by name, and converts when told to', async () => {
    await writePng(`${root}/w`, 'a.png', 3);
    await writePng(`${root}/w`, 'b.png', 1);
    const strict = await openDataset('folder', { path: `${root}/w` });
    await expect(strict.image('b.png')).rejects.toThrow(
      /b.png: is grey while a.png is in colour; the option colour=grey/,
    );
    const grey = await openDataset('folder', { path: `${root}/w`, options: { colour: 'grey' } });
    expect((await grey.image('a.png')).channels).toBe(1);
  });

  it('says where it looked when there is no picture, and which file is bad when none can be read', async () => {
    await writeAt(`${root}/x`, 'readme.txt', 'no pictures');
    await expect(openDataset('folder', { path: `${root}/x` })).rejects.toThrow(
      /no good pictures .* train\/good, train and good/,
    );
    await writeAt(`${root}/y`, 'a.png', 'not a picture');
    await expect(openDataset('folder', { path: `${root}/y` })).rejects.toThrow(
      /none of the 1 good pictures .*a.png: not a picture/,
    );
    await expect(openDataset('folder', { path: `${root}/y/a.png` })).rejects.toThrow(/is a file/);
  });

  it('draws without a bad picture when skipping is asked for, and fails naming it otherwise', async () => {
    await writePng(`${root}/z`, 'a.png');
    await writeAt(`${root}/z`, 'b.png', 'not a picture');
    const dataset = await openDataset('folder', { path: `${root}/z` });
    await expect(drawSplit(dataset, { class: 'normal', rule: 'folder' })).rejects.toThrow(BadImageError);
    const skipped: string[] = [];
    const split = await drawSplit(dataset, {
      class: 'normal',
      rule: 'folder',
      onBadImage: (e) => skipped.push(e.reason),
    });
    expect(split.train.map(({ id }) => id)).toEqual(['a.png']);
    expect(skipped).toHaveLength(1);
  });
});
