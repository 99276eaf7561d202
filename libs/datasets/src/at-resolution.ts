import { join } from 'node:path';
import { BadImageError, DECODER, resizeImage, type Image } from '@fsad/images';
import type { Dataset } from './dataset.ts';
import { sha256 } from './digest.ts';
import { DatasetError } from './errors.ts';
import type { DecodeProgress } from './bad-images.ts';
import { inParallel } from './parallel.ts';
import { SlotFile } from './slot-file.ts';

export interface FillOptions {
  readonly onProgress?: (progress: DecodeProgress) => void;
  readonly signal?: AbortSignal;
  /** `skip` leaves bad pictures out and returns them; `fail`, the default, throws the first. */
  readonly onBadImage?: 'fail' | 'skip';
}

/** A dataset whose pictures come at one size, decoded once and kept on disk. */
export interface CachedDataset extends Dataset {
  /** Decodes what the cache lacks of `ids`, several pictures at a time, and returns the bad ones when skipping. */
  fill(ids: readonly string[], options?: FillOptions): Promise<BadImageError[]>;
  /** Pictures in the cache. */
  cached(): number;
}

/**
 * The same dataset with every picture resized to `side` x `side` by Pillow's antialiased bilinear filter: what the
 * published code does to MVTec AD and to Paris test pictures. Pictures are kept in `directory`, one file of bytes for
 * each dataset, size and decoder, begun anew when a file of the source changes. Masks stay as they are.
 *
 * The size becomes the option `resolution`, hence part of every split.
 * @throws DatasetError unless `side` is a whole number from 8 to 4096.
 */
export async function atResolution(
  dataset: Dataset,
  side: number,
  directory: string,
): Promise<CachedDataset> {
  if (!Number.isInteger(side) || side < 8 || side > 4096) {
    throw new DatasetError(`a resolution is a whole number of pixels from 8 to 4096, got ${side}`);
  }
  const ids = dataset.ids();
  const slots = new Map(ids.map((id, slot) => [id, slot]));
  const channels = dataset.colour === 'grey' ? 1 : 3;
  const options = { ...dataset.options, resolution: String(side) };
  const source = sha256(JSON.stringify([dataset.stamp, options]));
  const meta = {
    format: 'fsad-decoded-v1',
    filter: 'bilinear',
    dataset: dataset.name,
    options,
    decoder: DECODER,
    source,
  };
  const path = join(directory, `${dataset.name}-${side}-${DECODER}-${source.slice(0, 12)}.pixels`);
  const file = await SlotFile.open(path, meta, ids.length, side * side * channels);

  const decode = async (id: string, slot: number): Promise<Image> => {
    const small = resizeImage(await dataset.image(id), side, side, 'bilinear');
    await file.write(slot, small.data).catch((cause: Error) => {
      throw new DatasetError(`the cache of decoded pictures ${path} cannot be written: ${cause.message}`, {
        cause,
      });
    });
    return small;
  };
  const image = async (id: string): Promise<Image> => {
    const slot = slots.get(id);
    if (slot === undefined) return dataset.image(id);
    const data = await file.read(slot);
    return data ? { width: side, height: side, channels, data } : decode(id, slot);
  };

  const own: Pick<CachedDataset, 'options' | 'image' | 'cached' | 'fill' | 'close'> = {
    options,
    image,
    cached: () => file.filled(),
    async fill(wanted, { onProgress, signal, onBadImage = 'fail' } = {}) {
      const missing = wanted.filter((id) => !file.has(slots.get(id) ?? -1));
      const bad: BadImageError[] = [];
      let done = wanted.length - missing.length;
      onProgress?.({ done, total: wanted.length, bad: 0 });
      await inParallel(
        missing,
        async (id) => {
          try {
            await image(id);
          } catch (error) {
            if (!(error instanceof BadImageError) || onBadImage === 'fail') throw error;
            bad.push(error);
          }
          onProgress?.({ done: ++done, total: wanted.length, bad: bad.length });
        },
        signal,
      );
      return bad;
    },
    async close() {
      await file.close();
      await dataset.close();
    },
  };
  // Copied as they are defined, not read: to read the fingerprint may be to read every file.
  const all = { ...Object.getOwnPropertyDescriptors(dataset), ...Object.getOwnPropertyDescriptors(own) };
  return Object.defineProperties({}, all) as CachedDataset;
}
