import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { drawSplit, openDataset, pixelDigest, selectTest, splitId } from '../src/index.ts';
import { isReserved } from '../src/reserve.ts';
import { fakeMnist, temporaryFolder } from './fakes.ts';

const root = await temporaryFolder();
const dataset = await openDataset('mnist', {
  path: await fakeMnist(`${root}/mnist`, { train: 240, test: 200 }),
});
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('a drawn split', () => {
  it('is the first k of the drawable images ranked by the published hash', async () => {
    const ranked = dataset
      .trainIds('4')
      .map((id) => [sha(`fsad-split-v1\nmnist\n4\n2\n${id}`), id])
      .sort()
      .map(([, id]) => id);
    const split = await drawSplit(dataset, { class: '4', shots: 5, trial: 2 });
    expect(split.train.map(({ id }) => id)).toEqual(ranked.slice(0, 5));
    expect(split.train[0].sha256).toBe(pixelDigest(await dataset.image(split.train[0].id)));
  });

  it('is another one for another trial', async () => {
    const first = await Promise.all(
      [0, 1, 2].map((trial) => drawSplit(dataset, { class: '4', shots: 3, trial })),
    );
    expect(new Set(first.map(({ id }) => id)).size).toBe(3);
  });

  it('takes the group of k in official order with rule consecutive, reserved images included', async () => {
    const official = dataset.trainIds('7', 'official');
    const split = await drawSplit(dataset, { class: '7', rule: 'consecutive', shots: 3, trial: 2 });
    expect(split.train.map(({ id }) => id)).toEqual(official.slice(6, 9));
  });

  it('takes the positions asked for with rule indices', async () => {
    const split = await drawSplit(dataset, { class: '7', rule: 'indices', indices: [0, 5] });
    expect(split.train.map(({ id }) => id)).toEqual(['train/00007', 'train/00057']);
    expect([split.shots, split.trial]).toEqual([2, 0]);
  });

  it('has an id that changes with everything it says', async () => {
    const { id, ...content } = await drawSplit(dataset, { class: '4', shots: 2 });
    expect(splitId(content)).toBe(id);
    const changes = [
      { dataset: 'cifar10' as const },
      { options: { normal: 'ok' } },
      { class: '5' },
      { shots: 3 },
      { trial: 1 },
      { rule: 'indices' as const },
      { train: content.train.slice(1) },
      { train: content.train.map((image) => ({ ...image, sha256: '0' })) },
    ];
    expect(new Set(changes.map((change) => splitId({ ...content, ...change }))).add(id).size).toBe(9);
  });

  it('names what the class does not have', async () => {
    const many = drawSplit(dataset, { class: '4', shots: 99 });
    await expect(many).rejects.toThrow(/class 4 of mnist has \d+ training images .*; 99 were asked for/);
    await expect(drawSplit(dataset, { class: '4', rule: 'indices', indices: [24] })).rejects.toThrow(
      /24 training images.*no image 24/,
    );
    await expect(
      drawSplit(dataset, { class: '4', rule: 'consecutive', shots: 20, trial: 1 }),
    ).rejects.toThrow(/no image 24/);
    await expect(drawSplit(dataset, { class: '4', shots: 0 })).rejects.toThrow(
      /shots must be a whole number from 1/,
    );
    await expect(drawSplit(dataset, { class: '4', trial: -1 })).rejects.toThrow(/trials count from 0/);
    await expect(drawSplit(dataset, { class: '4', rule: 'indices', indices: [] })).rejects.toThrow(
      /no indices/,
    );
  });
});

describe('the reserved tenth', () => {
  it('follows the published hash and is a tenth', () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => `train/${String(i).padStart(5, '0')}`);
    const reserved = ids.filter((id) => isReserved('mnist', id));
    expect(reserved.length / ids.length).toBeCloseTo(0.1, 2);
    expect(isReserved('mnist', ids[3])).toBe(
      Number(`0x${sha(`fsad-validation-v1\nmnist\n${ids[3]}`).slice(0, 8)}`) < 429496729.6,
    );
  });

  it('is the validation subset of every class, and nothing else is', () => {
    const validation = dataset.testItems('1', 'validation').map(({ id }) => id);
    const all = dataset.classes.flatMap((name) => dataset.trainIds(name, 'official'));
    expect(validation).toEqual(all.filter((id) => isReserved('mnist', id)).sort());
  });
});

const split = await drawSplit(dataset, { class: '1', shots: 1 });
describe('the test images of a split', () => {
  it('are all of them, or the first N', () => {
    expect(selectTest(dataset, split).description).toBe('all 200 test images');
    const first = selectTest(dataset, split, { limit: 3 });
    expect(first.items.map(({ id }) => id)).toEqual(['test/00000', 'test/00001', 'test/00002']);
    expect(first.description).toBe('3 of 200 test images, the first');
  });

  it('are a subset in the proportions of the classes, another one for another seed', () => {
    const subset = selectTest(dataset, split, { testSubset: 40 });
    const kinds = subset.items.map(({ kind }) => kind);
    for (const kind of dataset.classes) expect(kinds.filter((k) => k === kind)).toHaveLength(4);
    expect(subset.description).toBe('40 of 200 test images, stratified, seed 0');
    expect(selectTest(dataset, split, { testSubset: 40 })).toEqual(subset);
    expect(selectTest(dataset, split, { testSubset: 40, seed: 1 }).id).not.toBe(subset.id);
  });

  it('have both labels in the smallest subset that can', () => {
    expect(
      new Set(selectTest(dataset, split, { testSubset: 2 }).items.map(({ anomalous }) => anomalous)).size,
    ).toBe(2);
  });

  it('refuse contradictory or impossible requests', () => {
    expect(() => selectTest(dataset, split, { limit: 1, testSubset: 1 })).toThrow(/exclude one another/);
    expect(() => selectTest(dataset, split, { limit: 0 })).toThrow(/limit must be a whole number from 1/);
  });
});

it('options and names that do not exist are refused by name', async () => {
  await expect(openDataset('mnits' as never)).rejects.toThrow(/no dataset "mnits"; there are mnist, /);
  await expect(openDataset('paris', { path: root, options: { normal: 'all' } })).rejects.toThrow(
    /normal=all: expected ok or landmark/,
  );
  await expect(openDataset('mnist', { path: root, options: { x: 'y' } })).rejects.toThrow(
    /mnist has no option "x"; it has none/,
  );
  await expect(openDataset('mnist')).rejects.toThrow(/needs the folder/);
});
