import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  checkSplit,
  decodeSplits,
  drawSplit,
  openDataset,
  summarise,
  type DatasetName,
} from '../src/index.ts';

const root = process.env.FSAD_DATA ?? '';
const FOLDERS: Partial<Record<DatasetName, string>> = {
  mnist: 'mnist',
  'fashion-mnist': 'fashion-mnist',
  cifar10: 'cifar-10-batches-bin',
  mvtec: 'mvtec-128',
  paris: 'paris',
};
const open = (name: DatasetName, folder = FOLDERS[name]!) => openDataset(name, { path: join(root, folder) });

/** Class balances as published with each dataset; what is partial says so in the README's table. */
describe.skipIf(!root)('the copies in FSAD_DATA (skipped without it)', () => {
  it('MNIST has the published class balance, and its first 3 is record 7', async () => {
    const { classes, warnings } = summarise(await open('mnist'));
    expect(classes.map(({ training }) => training)).toEqual([
      5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]);
    expect(classes.map(({ normalTest }) => normalTest)).toEqual([
      980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]);
    expect(warnings).toEqual([]);
    const split = await drawSplit(await open('mnist'), { class: '3', rule: 'indices', indices: [0] });
    expect(split.train[0].id).toBe('train/00007');
  });

  it('FashionMNIST has 6,000 and 1,000 of each class', async () => {
    const { classes } = summarise(await open('fashion-mnist'));
    expect(classes.map(({ training, normalTest }) => [training, normalTest])).toEqual(
      Array(10).fill([6000, 1000]),
    );
  });

  it('CIFAR10 has 1,000 test images of each class and the known order of batch 1', async () => {
    const dataset = await open('cifar10');
    const { classes } = summarise(dataset);
    expect(classes.map(({ training }) => training)).toEqual([
      1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981,
    ]);
    expect(classes.map(({ normalTest }) => normalTest)).toEqual(Array(10).fill(1000));
    // The first ten labels of data_batch_1: frog truck truck deer automobile automobile bird horse ship cat.
    expect(dataset.trainIds('frog', 'official')[0]).toBe('train/00000');
    expect(dataset.trainIds('cat', 'official')[0]).toBe('train/00009');
    await dataset.close();
  });

  it('MVTec AD grid and screw have the published counts, every defect with a mask of its size', async () => {
    const dataset = await open('mvtec');
    const counts = summarise(dataset).classes.map((c) => [
      c.name,
      c.training,
      c.normalTest,
      c.anomalousTest,
      c.masks,
    ]);
    expect(counts).toEqual([
      ['grid', 264, 21, 57, 57],
      ['screw', 320, 41, 119, 119],
    ]);
    const [first] = dataset.testItems('grid', 'test');
    const [image, mask] = [await dataset.image(first.id), await dataset.mask(first.id)];
    expect([mask?.width, mask?.height]).toEqual([image.width, image.height]);
  });

  it('the damaged leather copy opens with a precise report', async () => {
    const { warnings } = await open('mvtec', 'mvtec-128-partial');
    expect(warnings[1]).toBe(
      'leather: 4 of 245 training pictures, 4 of 32 good test pictures, 20 of 92 defect pictures, 18 of 92 masks',
    );
    expect(warnings[2]).toMatch(/without a mask: leather\/test\/color\/008.png.* and 3 more$/);
    expect(warnings[3]).toMatch(/masks without a picture: leather\/ground_truth\/color\/001_mask.png/);
  });

  it('Paris has 39 of the 152 ok pictures of the Louvre', async () => {
    const dataset = await open('paris');
    expect(dataset.trainIds('louvre')).toHaveLength(39);
    expect(dataset.warnings[0]).toBe('250 of 6,392 pictures are present (without the 20 damaged ones)');
    expect(dataset.warnings[1]).toContain('louvre 39 of 152');
  });

  it.each(['mnist', 'fashion-mnist', 'cifar10', 'mvtec', 'paris'] as const)(
    'the committed splits of %s are those the rule draws, with these very pixels',
    async (name) => {
      const file = new URL(`../../../results/splits/${name}.json`, import.meta.url);
      const splits = decodeSplits(await readFile(file, 'utf8'), file.pathname);
      const dataset = await open(name);
      for (const split of splits.filter(({ trial, shots }) => trial === 9 && shots === 5)) {
        const { class: className, shots, trial } = split;
        expect(await drawSplit(dataset, { class: className, shots, trial })).toEqual(split);
        await checkSplit(dataset, split);
      }
      await dataset.close();
    },
  );
});
