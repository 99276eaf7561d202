import { join } from 'node:path';
import type { PictureFile } from '@fsad/files';
import { BadImageError, decodeImage, withChannels, type Image } from '@fsad/images';
import { DatasetError } from './errors.ts';

/** Decodes pictures of a dataset on disk by id, from an index made when it was opened. */
export class PictureStore {
  readonly #root: string;
  readonly #known: ReadonlySet<string>;
  readonly #channels: 1 | 3;

  constructor(root: string, pictures: Iterable<PictureFile>, channels: 1 | 3) {
    this.#root = root;
    this.#known = new Set(Array.from(pictures, ({ id }) => id));
    this.#channels = channels;
  }

  /** The picture as it is in the file. @throws DatasetError for an unknown id, BadImageError for a bad file. */
  asStored(id: string): Promise<Image> {
    if (!this.#known.has(id)) throw new DatasetError(`there is no image "${id}" in ${this.#root}`);
    return decodeImage(join(this.#root, id));
  }

  /** The picture with the dataset's channels. */
  async read(id: string): Promise<Image> {
    return withChannels(await this.asStored(id), this.#channels);
  }

  /** The picture, refused unless it has the dataset's channels already. */
  async readStrict(id: string, otherwise: string): Promise<Image> {
    const image = await this.asStored(id);
    if (image.channels !== this.#channels) throw new BadImageError(join(this.#root, id), otherwise);
    return image;
  }
}
