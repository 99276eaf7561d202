import { createHash, hash } from 'node:crypto';
import type { Image } from '@fsad/images';
import type { PictureFile } from './tree.ts';

/** SHA-256 in hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data);
}

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

/** Fingerprint (names and sizes) and stamp (modification times too) of pictures on disk, with further lines in both. */
export function digestsOfPictures(
  pictures: readonly PictureFile[],
  further: readonly string[] = [],
): { fingerprint: string; stamp: string } {
  return {
    fingerprint: digestOfLines([...pictures.map(({ id, bytes }) => `${id} ${bytes}`), ...further]),
    stamp: digestOfLines([
      ...pictures.map(({ id, bytes, modified }) => `${id} ${bytes} ${modified}`),
      ...further,
    ]),
  };
}
