import { describe, expect, it } from 'vitest';
import {
  checkSplit,
  DatasetError,
  decodeSplits,
  drawSplit,
  encodeSplits,
  findSplit,
  openDataset,
  partBadImages,
} from '../src/index.ts';
import { fakeMnist, fakeMvtec, temporaryFolder, writeAt, writePng } from './fakes.ts';

const root = await temporaryFolder();
const path = await fakeMvtec(`${root}/mvtec`, ['grid']);
const dataset = await openDataset('mvtec', { path });
const splits = await Promise.all(
  [1, 3].map((shots) => drawSplit(dataset, { class: 'grid', shots, trial: 1 })),
);

describe('a file of splits', () => {
  it('gives back what was written', () => {
    expect(decodeSplits(encodeSplits(splits), 'x.json')).toEqual(splits);
  });

  it('is read behind a byte order mark', () => {
    expect(decodeSplits(`\uFEFF${encodeSplits(splits)}`, 'x.json')).toEqual(splits);
  });

  it('gives the one of a class, shots and trial, or names those there are', () => {
    expect(findSplit(splits, { class: 'grid', shots: 3, trial: 1 })).toBe(splits[1]);
    expect(() => findSplit(splits, { class: 'grid', shots: 5, trial: 1 })).toThrow(
      'there is no split for class grid with 5 shots, trial 1; there are class grid with 1 shots, trial 1, class grid with 3 shots, trial 1',
    );
  });

  it('is refused when it is something else or was changed by hand', () => {
    const text = encodeSplits(splits);
    expect(() => decodeSplits('{', 'x.json')).toThrow(/not a file of splits .*x.json: not valid JSON/);
    expect(() => decodeSplits('{"splits": []}', 'x.json')).toThrow(/not a file of splits .*x.json: format/);
    expect(() => decodeSplits(text.replace('"trial":1', '"trial":2'), 'x.json')).toThrow(
      /split 0 was changed/,
    );
    expect(() => decodeSplits(text.replace('"shots":1,', ''), 'x.json')).toThrow(
      /splits\[0\]\.shots: expected/,
    );
  });
});

describe('checking a split against the data here', () => {
  it('accepts the data it was drawn from', async () => {
    await expect(checkSplit(dataset, splits[1])).resolves.toBeUndefined();
  });

  it('names images that are absent or have other pixels, and another dataset or option', async () => {
    const { id } = splits[0].train[0];
    const copy = await fakeMvtec(`${root}/copy`, ['grid']);
    await writePng(copy, id, 3, 9);
    await expect(checkSplit(await openDataset('mvtec', { path: copy }), splits[0])).rejects.toThrow(
      new RegExp(`pixels differ .*: ${id}`),
    );
    const absent = { ...splits[0], train: [{ id: 'grid/train/good/999.png', sha256: '0' }] };
    await expect(checkSplit(dataset, absent)).rejects.toThrow(
      /lacks training images of the split: grid\/train\/good\/999.png/,
    );
    const mnist = await openDataset('mnist', { path: await fakeMnist(`${root}/mnist`) });
    await expect(checkSplit(mnist, splits[0])).rejects.toThrow(
      /split is of mvtec with no options; opened is mnist/,
    );
    await expect(checkSplit(dataset, { ...splits[0], options: { normal: 'ok' } })).rejects.toThrow(
      DatasetError,
    );
  });
});

it('bad test pictures are parted from good ones, in order', async () => {
  await writeAt(path, 'grid/test/bent/001.png', 'broken');
  const items = (await openDataset('mvtec', { path })).testItems('grid', 'test');
  const seen: number[] = [];
  const { good, bad } = await partBadImages(items, ({ id }) => dataset.image(id), {
    onProgress: ({ done }) => seen.push(done),
  });
  expect(good).toEqual(items.filter(({ id }) => id !== 'grid/test/bent/001.png'));
  expect(bad.map(({ reason }) => reason)).toEqual([expect.stringMatching(/not a picture/)]);
  expect(seen.at(-1)).toBe(items.length);
});
