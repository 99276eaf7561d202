import { createHash } from 'node:crypto';
import { sha256Hex as sha256, type PictureFile } from '@fsad/files';
import type { Image } from '@fsad/images';

export { sha256 };

/** SHA-256 of decoded pixels: of the text `width x height x channels`, a line feed, and the bytes row by row. */
export function pixelDigest(image: Image): string {
  return createHash('sha256')
    .update(`${image.width}x${image.height}x${image.channels}\n`)
    .update(image.data)
    .digest('hex');
}

/** SHA-256 over lines in an order that does not depend on how they were found. */
export function digestOfLines(lines: readonly string[]): string {
  return sha256([...lines].sort().join('\n'));
}

/** Changes when a picture on disk does, without reading one: names, sizes, inodes, times of change, and further lines. */
export function stampOf(pictures: readonly PictureFile[], further: readonly string[] = []): string {
  return digestOfLines([...pictures.map(({ id, state }) => `${id} ${state}`), ...further]);
}
