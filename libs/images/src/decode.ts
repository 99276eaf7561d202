import sharp from 'sharp';
import type { Image } from './image.ts';
import { decodeSamples } from './samples.ts';

/** Name and version of what turns files into pixels; part of cache and trial keys, since JPEG pixels differ between decoders. */
export const DECODER = `sharp-${sharp.versions.sharp}-vips-${sharp.versions.vips}`;

/**
 * Decodes a picture from a file or from its bytes: PNG, JPEG, WebP, TIFF, GIF (first frame) or BMP, told by content, not by name.
 *
 * Grey pictures, and palettes of greys, give 1 channel, all others 3. 16-bit values become floor(value / 256). Alpha is
 * laid over white. EXIF orientation is applied. Embedded colour profiles are ignored, as the field's loaders do; CMYK
 * goes through the decoder's own profile, YCbCr through BT.601, other colour spaces are refused. A cut-short or otherwise damaged file is an
 * error, never a half-grey picture.
 *
 * @param name how an error names the picture when `source` is bytes.
 * @throws BadImageError naming the file and the reason.
 */
export async function decodeImage(source: string | Uint8Array, name = 'picture'): Promise<Image> {
  const samples = await decodeSamples(source, name);
  const { width, height, channels: stored, alpha, grey, palette } = samples;
  const narrow = samples.data instanceof Uint16Array ? highBytes(samples.data) : samples.data;
  const opaque = overWhite(narrow, stored, alpha, grey ? 1 : 3);
  if (!grey && palette && isGrey(opaque)) {
    return { width, height, channels: 1, data: opaque.filter((_, i) => i % 3 === 0) };
  }
  return { width, height, channels: grey ? 1 : 3, data: opaque };
}

/**
 * The largest value of a picture whose 16 bits a channel hold fewer, such as 4095 of a 12-bit camera: its 8 bits are nearly black. Null for every
 * other picture.
 * @throws BadImageError naming the file and the reason.
 */
export async function unusedRange(file: string): Promise<number | null> {
  const depth = await sharp(file)
    .metadata()
    .then((about) => about.depth)
    .catch(() => null);
  if (depth !== 'ushort') return null;
  const { data } = await decodeSamples(file);
  if (!(data instanceof Uint16Array)) return null;
  let most = 0;
  for (const value of data) if (value > most) most = value;
  return most < 2 ** 14 ? most : null;
}

function highBytes(values: Uint16Array): Uint8Array {
  const high = new Uint8Array(values.length);
  for (let i = 0; i < high.length; i++) high[i] = values[i] >> 8;
  return high;
}

/** Keeps the first `channels` of `stored` channels, over white where the last stored one is alpha. */
function overWhite(data: Uint8Array, stored: number, hasAlpha: boolean, channels: number): Uint8Array {
  if (stored === channels) return data;
  const pixels = data.length / stored;
  const result = new Uint8Array(pixels * channels);
  for (let i = 0; i < pixels; i++) {
    const alpha = hasAlpha ? data[i * stored + stored - 1] : 255;
    for (let c = 0; c < channels; c++) {
      result[i * channels + c] = Math.round((data[i * stored + c] * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  return result;
}

function isGrey(rgb: Uint8Array): boolean {
  for (let i = 0; i < rgb.length; i += 3) {
    if (rgb[i] !== rgb[i + 1] || rgb[i] !== rgb[i + 2]) return false;
  }
  return true;
}
