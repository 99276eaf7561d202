import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DatasetError, openDataset, pixelDigest } from '@fsad/datasets';
import type { Format } from '../format.ts';

const count = 20;
const side = 5;

function idx(shape: readonly number[], body: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x800 + shape.length);
  shape.forEach((extent, i) => header.writeUInt32BE(extent, 4 + 4 * i));
  return Buffer.concat([header, body]);
}

const images = idx(
  [count, side, side],
  Uint8Array.from({ length: count * side * side }, (_, i) => (7 * i) % 256),
);
const labels = idx(
  [count],
  Uint8Array.from({ length: count }, (_, i) => i % 10),
);
const files = [
  { name: 't10k-images-idx3-ubyte', bytes: images },
  { name: 't10k-labels-idx1-ubyte', bytes: labels },
  { name: 't10k-images-idx3-ubyte.gz', bytes: gzipSync(images) },
  { name: 't10k-labels-idx1-ubyte.gz', bytes: gzipSync(labels) },
];

/** The four files of MNIST, plain and gzip: one is changed, its companion is whole. */
export const idxFormat: Format = {
  name: 'idx',
  json: null,
  samples: async () => files.map(({ bytes }) => bytes),
  async read(bytes, sample, folder) {
    const companion = files[sample % 2 === 0 ? sample + 1 : sample - 1];
    await writeFile(join(folder, files[sample].name), bytes);
    await writeFile(join(folder, companion.name), companion.bytes);
    const dataset = await openDataset('mnist', { path: folder });
    try {
      const items = dataset.testItems('3', 'test');
      const pixels = await Promise.all(items.map(async ({ id }) => pixelDigest(await dataset.image(id))));
      return { meaning: { items, pixels }, identity: dataset.fingerprint };
    } finally {
      await dataset.close();
    }
  },
  isRefusal: (error) => error instanceof DatasetError,
};
