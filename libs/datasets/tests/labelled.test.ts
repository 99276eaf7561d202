import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../src/index.ts';
import { fakeCifar, fakeMnist, idx, temporaryFolder, writeAt } from './fakes.ts';

const root = await temporaryFolder();

describe('MNIST and FashionMNIST', () => {
  it('read record i of the idx files with its label', async () => {
    const dataset = await openDataset('mnist', {
      path: await fakeMnist(`${root}/a`, { train: 25, test: 12 }),
    });
    expect(dataset.trainIds('3', 'official')).toEqual(['train/00003', 'train/00013', 'train/00023']);
    expect(await dataset.image('train/00013')).toEqual({
      width: 4,
      height: 4,
      channels: 1,
      data: new Uint8Array(16).fill(13),
    });
    expect((await dataset.image('test/00011')).data[0]).toBe(11);
    const items = dataset.testItems('1', 'test');
    expect(items.filter(({ anomalous }) => !anomalous).map(({ id }) => id)).toEqual([
      'test/00001',
      'test/00011',
    ]);
    expect(items.find(({ id }) => id === 'test/00004')).toEqual({
      id: 'test/00004',
      anomalous: true,
      kind: '4',
      hasMask: false,
    });
  });

  it('read plain and gzip files alike, in the folder or in raw/', async () => {
    const packed = await openDataset('mnist', { path: await fakeMnist(`${root}/b`) });
    await fakeMnist(`${root}/c/MNIST/raw`, { gzip: false });
    const plain = await openDataset('mnist', { path: `${root}/c` });
    expect(await plain.image('train/00042')).toEqual(await packed.image('train/00042'));
  });

  it('say how many images a partial copy has', async () => {
    const dataset = await openDataset('fashion-mnist', {
      path: await fakeMnist(`${root}/d`, { train: 20, test: 10 }),
    });
    expect(dataset.warnings).toEqual([
      'train: 20 of 60,000 images are present',
      'test: 10 of 10,000 images are present',
    ]);
    expect(dataset.classes[9]).toBe('ankle-boot');
  });

  it('change their fingerprint when a pixel changes', async () => {
    const before = await openDataset('mnist', { path: await fakeMnist(`${root}/e`, { test: 10 }) });
    const pixels = new Uint8Array(160).map((_, i) => Math.floor(i / 16));
    pixels[159] = 77;
    await writeAt(`${root}/e`, 't10k-images-idx3-ubyte.gz', gzipSync(idx([10, 4, 4], pixels)));
    expect((await openDataset('mnist', { path: `${root}/e` })).fingerprint).not.toBe(before.fingerprint);
  });

  const damaged = async (name: string, file: string, bytes: Uint8Array) => {
    const path = await fakeMnist(`${root}/${name}`);
    await writeAt(path, file, bytes);
    return openDataset('mnist', { path });
  };

  it('name a file that is not idx, damaged gzip, wrong labels and unequal counts', async () => {
    const labels = 'train-labels-idx1-ubyte.gz';
    await expect(damaged('f', labels, Buffer.from('<html>not here</html>'))).rejects.toThrow(
      /labels.*is not an idx file/,
    );
    await expect(
      damaged('g', labels, gzipSync(idx([200], new Uint8Array(200))).subarray(0, 30)),
    ).rejects.toThrow(/damaged gzip/);
    await expect(damaged('h', labels, gzipSync(idx([200], new Uint8Array(200).fill(11))))).rejects.toThrow(
      /label 0 is 11/,
    );
    await expect(damaged('i', labels, gzipSync(idx([7], new Uint8Array(7))))).rejects.toThrow(
      /200 images, but .* 7 labels/,
    );
    await expect(damaged('j', labels, gzipSync(idx([200], new Uint8Array(100))))).rejects.toThrow(
      /holds 108 bytes, .* promises 208/,
    );
  });

  it('refuse, before taking memory, headers and gzip files that promise more than the dataset can hold', async () => {
    const labels = 'train-labels-idx1-ubyte.gz';
    const bomb = gzipSync(idx([200], new Uint8Array(50_000_000)));
    await expect(damaged('bomb', labels, bomb)).rejects.toThrow(
      /labels.*unpacks to more than the 208 bytes its header promises/,
    );
    const images = 'train-images-idx3-ubyte.gz';
    const vast = gzipSync(idx([200, 60_000, 60_000], new Uint8Array(4)));
    await expect(damaged('vast', images, vast)).rejects.toThrow(/header promises 720,000,000,016 bytes/);
    const flat = gzipSync(idx([200, 0, 4], new Uint8Array(0)));
    await expect(damaged('flat', images, flat)).rejects.toThrow(/pictures of 4 x 0 pixels/);
  });

  it('name a folder or a file that is too large where a file of the dataset should be', async () => {
    const path = await fakeMnist(`${root}/folder-for-file`);
    await rm(`${path}/train-labels-idx1-ubyte.gz`);
    await mkdir(`${path}/train-labels-idx1-ubyte.gz`);
    await expect(openDataset('mnist', { path })).rejects.toThrow(
      /train-labels-idx1-ubyte.gz is a folder; a file of the dataset is expected/,
    );
    await mkdir(`${root}/batch-folder/test_batch.bin`, { recursive: true });
    await expect(openDataset('cifar10', { path: `${root}/batch-folder` })).rejects.toThrow(
      /test_batch.bin is a folder/,
    );
    await mkdir(`${root}/large`);
    await writeFile(`${root}/large/test_batch.bin`, '');
    await truncate(`${root}/large/test_batch.bin`, 40_000_000);
    await expect(openDataset('cifar10', { path: `${root}/large` })).rejects.toThrow(
      /has 40,000,000 bytes, at most 30,730,000/,
    );
  });

  it('name images that are cut short when they are read', async () => {
    const dataset = await damaged(
      'k',
      'train-images-idx3-ubyte.gz',
      gzipSync(idx([200, 4, 4], new Uint8Array(99))),
    );
    await expect(dataset.image('train/00000')).rejects.toThrow(/train-images.*promises 3216/);
  });

  it('say what is expected in a folder that holds none of it', async () => {
    await mkdir(`${root}/empty`);
    await expect(openDataset('mnist', { path: `${root}/empty` })).rejects.toThrow(
      /holds no MNIST: train-images-idx3-ubyte.gz/,
    );
    await writeFile(`${root}/empty/train-images-idx3-ubyte`, idx([1, 2, 2], new Uint8Array(4)));
    await expect(openDataset('mnist', { path: `${root}/empty` })).rejects.toThrow(/without its labels file/);
  });
});

describe('CIFAR10', () => {
  it('turns planes into pixels and counts ids through absent batches', async () => {
    const path = await fakeCifar(`${root}/l`, ['data_batch_1.bin', 'data_batch_3.bin', 'test_batch.bin']);
    const dataset = await openDataset('cifar10', { path });
    expect(dataset.trainIds('cat', 'official').slice(3, 6)).toEqual([
      'train/00033',
      'train/20003',
      'train/20013',
    ]);
    const image = await dataset.image('train/20013');
    expect([image.width, image.height, image.channels]).toEqual([32, 32, 3]);
    expect([...image.data.subarray(3069)]).toEqual([13, 1, 7]);
    expect(dataset.warnings).toContain('data_batch_2.bin is absent');
    expect(dataset.warnings).toContain('data_batch_1.bin: 40 of 10,000 images are present');
    await dataset.close();
  });

  it('gives a record the same id whatever other batches are there', async () => {
    const alone = await openDataset('cifar10', { path: await fakeCifar(`${root}/m`, ['data_batch_5.bin']) });
    expect(alone.trainIds('airplane', 'official')[0]).toBe('train/40000');
    await alone.close();
  });

  it('refuses the Python version with the address of the binary one', async () => {
    await writeAt(`${root}/n`, 'cifar-10-batches-py/data_batch_1', 'pickle');
    const address = /Python version.*https:\/\/www.cs.toronto.edu\/~kriz\/cifar-10-binary.tar.gz/;
    await expect(openDataset('cifar10', { path: `${root}/n` })).rejects.toThrow(address);
    await expect(openDataset('cifar10', { path: `${root}/n/cifar-10-batches-py` })).rejects.toThrow(address);
  });

  it('names a batch that is cut short or has impossible labels', async () => {
    await writeAt(`${root}/o`, 'test_batch.bin', new Uint8Array(3073 + 5));
    await expect(openDataset('cifar10', { path: `${root}/o` })).rejects.toThrow(
      /test_batch.bin has 3078 bytes/,
    );
    await writeAt(`${root}/p`, 'test_batch.bin', new Uint8Array(3073).fill(12));
    await expect(openDataset('cifar10', { path: `${root}/p` })).rejects.toThrow(/record 0 has label 12/);
  });
});
