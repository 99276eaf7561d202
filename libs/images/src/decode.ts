import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { decodeBmp, isBmp } from './bmp.ts';
import type { Image } from './image.ts';

/** Name and version of what turns files into pixels; part of cache and trial keys, since JPEG pixels differ between decoders. */
export const DECODER = `sharp-${sharp.versions.sharp}-vips-${sharp.versions.vips}`;

/** A picture that cannot be used: `message` names the file and the reason. */
export class BadImageError extends Error {
  readonly file: string;
  readonly reason: string;

  constructor(file: string, reason: string, options?: ErrorOptions) {
    super(`${file}: ${reason}`, options);
    this.name = 'BadImageError';
    this.file = file;
    this.reason = reason;
  }
}

/**
 * Decodes a picture from a file or from its bytes: PNG, JPEG, WebP, TIFF, GIF (first frame) or BMP, told by content, not by name.
 *
 * Grey pictures, and palettes of greys, give 1 channel, all others 3. 16-bit values become floor(value / 256). Alpha is
 * laid over white. EXIF orientation is applied. Embedded colour profiles are ignored, as the field's loaders do; CMYK
 * goes through the decoder's own profile. A cut-short or otherwise damaged file is an error, never a half-grey picture.
 *
 * @param name how an error names the picture when `source` is bytes.
 * @throws BadImageError naming the file and the reason.
 */
export async function decodeImage(source: string | Uint8Array, name = 'picture'): Promise<Image> {
  const file = typeof source === 'string' ? source : name;
  try {
    const bytes = typeof source === 'string' ? await readFile(source) : source;
    return isBmp(bytes) ? decodeBmp(bytes) : await decodeWithSharp(bytes);
  } catch (error) {
    throw new BadImageError(file, reasonOf(error), { cause: error });
  }
}

const FORMATS = ['png', 'jpeg', 'webp', 'tiff', 'gif'];

async function decodeWithSharp(bytes: Uint8Array): Promise<Image> {
  if (bytes.length === 0) throw new Error('the file is empty');
  const picture = sharp(bytes, { failOn: 'warning', ignoreIcc: true });
  const { format, space, channels, depth, hasAlpha, isPalette } = await picture.metadata();
  if (!FORMATS.includes(format)) throw new Error(`${format} pictures are not supported; save it as PNG`);
  if (depth !== 'uchar' && depth !== 'ushort') {
    throw new Error(`${depth} pixels are not supported; save it with 8 or 16 bits a channel`);
  }
  const grey = channels <= 2;
  const wide = depth === 'ushort' && space !== 'cmyk';
  // The decoder drops alpha on the way to its grey spaces, so grey with alpha goes through three equal channels.
  const single = grey && !hasAlpha;
  const { data, info } = await picture
    .toColourspace(wide ? (single ? 'grey16' : 'rgb16') : single ? 'b-w' : 'srgb')
    .autoOrient()
    .raw({ depth: wide ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const narrow = wide ? highBytes(data) : new Uint8Array(data.buffer, data.byteOffset, data.length);
  const opaque = overWhite(narrow, info.channels, grey ? 1 : 3);
  const { width, height } = info;
  if (!grey && isPalette && isGrey(opaque)) {
    return { width, height, channels: 1, data: opaque.filter((_, i) => i % 3 === 0) };
  }
  return { width, height, channels: grey ? 1 : 3, data: opaque };
}

function highBytes(littleEndian: Uint8Array): Uint8Array {
  const high = new Uint8Array(littleEndian.length / 2);
  for (let i = 0; i < high.length; i++) high[i] = littleEndian[2 * i + 1];
  return high;
}

/** Keeps the first `channels` of `stored` channels; the last stored one is alpha when their number is even. */
function overWhite(data: Uint8Array, stored: number, channels: number): Uint8Array {
  if (stored === channels) return data;
  const hasAlpha = stored % 2 === 0;
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

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = (error as { code?: string }).code;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'this is a folder, not a picture';
  if (code === 'EACCES') return 'permission to read it is refused';
  if (/unsupported image format/.test(message))
    return 'not a picture in a known format (PNG, JPEG, WebP, TIFF, GIF, BMP)';
  if (/premature end/.test(message)) return 'the picture is cut short (premature end of JPEG data)';
  return message.split('\n')[0].replace(/^Input (buffer|file) (has )?/, '');
}
