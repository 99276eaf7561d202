import { BadImageError, type Image } from '@fsad/images';
import { formatOf } from './format.ts';

/** The most pixels that are decoded: 24 megapixels, and a little for cameras that round up. */
const MOST = 25e6;

/** EXIF is honoured; colour profiles are ignored, as the command line does. */
const OPTIONS: ImageBitmapOptions = {
  imageOrientation: 'from-image',
  colorSpaceConversion: 'none',
  premultiplyAlpha: 'none',
};

/** Opens a picture. @throws BadImageError saying why it cannot be used. */
export async function openBitmap(file: Blob, name: string): Promise<ImageBitmap> {
  const { unreadable } = formatOf(new Uint8Array(await file.slice(0, 64).arrayBuffer()));
  if (unreadable) throw new BadImageError(name, unreadable);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, OPTIONS);
  } catch (error) {
    throw new BadImageError(name, 'not a picture that this browser can read; save it as PNG or JPEG', {
      cause: error,
    });
  }
  if (bitmap.width * bitmap.height <= MOST) return bitmap;
  const size = `${bitmap.width} x ${bitmap.height} pixels`;
  bitmap.close();
  throw new BadImageError(
    name,
    `${size} are more than the 24 megapixels that are read here; make it smaller`,
  );
}

/** Whether a picture's file is stored as grey. */
export async function isStoredGrey(file: Blob): Promise<boolean | 'perhaps'> {
  // A JPEG's frame header comes after its EXIF data, which holds 64 kB at most a segment.
  return formatOf(new Uint8Array(await file.slice(0, 1 << 18).arrayBuffer())).grey;
}

/** The pixels of a picture as the command line decodes them: one channel where the file is grey, alpha over white. */
export function pixelsOf(bitmap: ImageBitmap, grey: boolean | 'perhaps'): Image {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const single = grey === true || (grey === 'perhaps' && isGrey(data));
  const channels = single ? 1 : 3;
  const pixels = new Uint8Array(width * height * channels);
  for (let i = 0, at = 0; i < data.length; i += 4) {
    for (let c = 0; c < channels; c++) pixels[at++] = data[i + c];
  }
  return { width, height, channels, data: pixels };
}

function isGrey(rgba: Uint8ClampedArray): boolean {
  for (let i = 0; i < rgba.length; i += 4)
    if (rgba[i] !== rgba[i + 1] || rgba[i] !== rgba[i + 2]) return false;
  return true;
}
