import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError, openDataset, pixelDigest } from '@fsad/datasets';
import type { Format } from '../format.ts';

const record = 3073;
const batch = Uint8Array.from({ length: 6 * record }, (_, i) => {
  const at = i % record;
  return at === 0 ? Math.floor(i / record) : (at * 31) % 256;
});

/** A batch of CIFAR-10 with six records. */
export const cifarFormat: Format = {
  name: 'cifar',
  json: null,
  samples: async () => [batch],
  async read(bytes, _, folder) {
    await writeFile(join(folder, 'test_batch.bin'), bytes);
    const dataset = await openDataset('cifar10', { path: folder });
    try {
      const items = dataset.testItems('cat', 'test');
      const pixels = await Promise.all(items.map(async ({ id }) => pixelDigest(await dataset.image(id))));
      return { meaning: { items, pixels }, identity: dataset.fingerprint };
    } finally {
      await dataset.close();
    }
  },
  isRefusal: (error) => error instanceof DatasetError,
};
