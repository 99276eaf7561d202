import { open, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BadImageError, resizeImage } from '@fsad/images';
import { atResolution, drawSplit, openDataset, type Dataset } from '../src/index.ts';
import { datasetConformance } from '../src/conformance.ts';
import { fakeMvtec, temporaryFolder, writeAt, writePng } from './fakes.ts';

const root = await temporaryFolder();
const path = await fakeMvtec(`${root}/mvtec`, ['grid']);
const pixelsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((f) => f.endsWith('.pixels'));

/** The dataset with a count of the pictures decoded from the source. */
async function counted(): Promise<{ dataset: Dataset; decoded: () => number }> {
  const dataset = await openDataset('mvtec', { path });
  let count = 0;
  return { dataset: { ...dataset, image: (id) => (count++, dataset.image(id)) }, decoded: () => count };
}

describe('a dataset at a resolution', () => {
  it('gives every picture as Pillow resizes it, decoded once for all openings', async () => {
    const directory = `${root}/a`;
    const first = await counted();
    const cached = await atResolution(first.dataset, 12, directory);
    const expected = resizeImage(await first.dataset.image('grid/train/good/001.png'), 12, 12, 'bilinear');
    const before = first.decoded();
    expect(await cached.image('grid/train/good/001.png')).toEqual(expected);
    expect(await cached.image('grid/train/good/001.png')).toEqual(expected);
    expect(first.decoded() - before).toBe(1);
    await cached.close();
    const second = await counted();
    const again = await atResolution(second.dataset, 12, directory);
    expect(await again.image('grid/train/good/001.png')).toEqual(expected);
    expect(second.decoded()).toBe(0);
    await again.close();
  });

  it('fills itself with progress, then reads the cache only', async () => {
    const { dataset, decoded } = await counted();
    const cached = await atResolution(dataset, 16, `${root}/b`);
    const seen: number[] = [];
    await cached.fill(dataset.ids(), { onProgress: ({ done, total }) => seen.push(done / total) });
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(1);
    expect(cached.cached()).toBe(dataset.ids().length);
    const before = decoded();
    await Promise.all(dataset.ids().map((id) => cached.image(id)));
    expect(decoded()).toBe(before);
    expect(await pixelsIn(`${root}/b`)).toHaveLength(1);
    await cached.close();
  });

  it('says its size in the options, so that splits differ', async () => {
    const dataset = await openDataset('mvtec', { path });
    const cached = await atResolution(dataset, 16, `${root}/c`);
    expect(cached.options).toEqual({ resolution: '16' });
    const [small, full] = await Promise.all([cached, dataset].map((d) => drawSplit(d, { class: 'grid' })));
    expect(small.id).not.toBe(full.id);
    await cached.close();
  });

  it('begins anew when a file of the source changes, also at equal size', async () => {
    const directory = `${root}/d`;
    const fill = async (): Promise<number> => {
      const { dataset, decoded } = await counted();
      const cached = await atResolution(dataset, 16, directory);
      await cached.fill(dataset.ids());
      await cached.close();
      return decoded();
    };
    expect(await fill()).toBeGreaterThan(0);
    expect(await fill()).toBe(0);
    await utimes(join(path, 'grid/train/good/000.png'), new Date(), new Date(1e9));
    expect(await fill()).toBeGreaterThan(0);
  });

  it('decodes again what is damaged or cut off in its file', async () => {
    const directory = `${root}/e`;
    const dataset = await openDataset('mvtec', { path });
    const id = dataset.ids().at(-1)!;
    const damage = async (how: (file: string) => Promise<void>): Promise<void> => {
      const cached = await atResolution(dataset, 16, directory);
      const good = await cached.image(id);
      await cached.close();
      await how(join(directory, (await pixelsIn(directory))[0]));
      const again = await atResolution(dataset, 16, directory);
      expect(await again.image(id)).toEqual(good);
      await again.close();
    };
    await damage(async (file) => {
      const handle = await open(file, 'r+');
      const { size } = await handle.stat();
      await handle.write(Buffer.from([1, 2, 3]), 0, 3, size - 5);
      await handle.close();
    });
    await damage(async (file) => {
      const handle = await open(file, 'r+');
      await handle.truncate((await stat(file)).size - 1);
      await handle.close();
    });
    await damage((file) => rm(file));
  });

  it('lets two openings fill one file at once', async () => {
    const dataset = await openDataset('mvtec', { path });
    const both = await Promise.all([0, 1].map(() => atResolution(dataset, 20, `${root}/f`)));
    await Promise.all(both.map((cached) => cached.fill(dataset.ids())));
    const images = await Promise.all(both.map((cached) => cached.image(dataset.ids()[3])));
    expect(images[0]).toEqual(images[1]);
    await Promise.all(both.map((cached) => cached.close()));
  });

  it('stops at a bad picture naming it, or skips and returns it', async () => {
    const folder = `${root}/own`;
    for (const file of ['a.png', 'b.png', 'c.png']) await writePng(folder, file);
    await writeAt(folder, 'b.png', 'broken');
    const dataset = await openDataset('folder', { path: folder });
    const cached = await atResolution(dataset, 16, `${root}/g`);
    await expect(cached.fill(dataset.ids())).rejects.toThrow(/b.png: not a picture/);
    const bad = await cached.fill(dataset.ids(), { onBadImage: 'skip' });
    expect(bad.map((error) => [error instanceof BadImageError, error.file])).toEqual([
      [true, join(folder, 'b.png')],
    ]);
    expect(cached.cached()).toBe(2);
    await cached.close();
  });

  it('stops when told to, and refuses an impossible size', async () => {
    const dataset = await openDataset('mvtec', { path });
    const cached = await atResolution(dataset, 24, `${root}/h`);
    await expect(
      cached.fill(dataset.ids(), { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
    await cached.close();
    await expect(atResolution(dataset, 7.5, `${root}/h`)).rejects.toThrow(/from 8 to 4096, got 7.5/);
  });
});

it('is opened by the option resolution, for datasets whose pictures are files', async () => {
  const request = { path, options: { resolution: '16' }, cacheDir: `${root}/option` };
  const dataset = await openDataset('mvtec', request);
  expect((await dataset.image(dataset.ids()[0])).width).toBe(16);
  expect(dataset.options).toEqual(request.options);
  await dataset.close();
  const small = { path, options: { resolution: 'tiny' } };
  await expect(openDataset('mvtec', small)).rejects.toThrow(/from 8 to 4096, got NaN/);
  await expect(openDataset('mnist', small)).rejects.toThrow(
    /mnist has no option "resolution"; mvtec, paris, folder have/,
  );
});

datasetConformance('mvtec at its own size from the cache', 'grid', async () =>
  atResolution(await openDataset('mvtec', { path }), 8, `${root}/conformance`),
);
