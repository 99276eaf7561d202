import type { Image } from '@fsad/images';
import { isStoredGrey, openBitmap, pixelsOf } from '../pictures/decode.ts';
import { thumbnailOf } from '../pictures/draw.ts';

/** Decodes a picture. @throws BadImageError saying why it cannot be used. */
export async function decode(
  file: Blob,
  name: string,
): Promise<{ readonly image: Image; readonly thumbnail: Blob }> {
  const bitmap = await openBitmap(file, name);
  try {
    return { image: pixelsOf(bitmap, await isStoredGrey(file)), thumbnail: await thumbnailOf(bitmap) };
  } finally {
    bitmap.close();
  }
}
