import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { decodeBmp, isBmp } from './bmp.ts';
import { BadImageError, reasonOf } from './bad-image.ts';
import { isTiff, tiffColour } from './tiff-colour.ts';
import { rgbFromYcbcr } from './ycbcr.ts';

/** What a picture's file holds, before alpha is laid over anything and 16 bits become 8; EXIF orientation is applied. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  /** Stored values a pixel, row by row; the last is alpha where `alpha` says so. */
  readonly channels: number;
  readonly alpha: boolean;
  /** Whether the file is grey; grey with alpha comes with three equal channels and alpha. */
  readonly grey: boolean;
  readonly palette: boolean;
  /** Whether the format changes values when it is written: JPEG, WebP. */
  readonly lossy: boolean;
  /** How EXIF says the file is turned, 1 to 8; undefined where it says nothing. */
  readonly orientation: number | undefined;
  readonly data: Uint8Array | Uint16Array;
}

/** More than this is not decoded, so that a small file cannot take a machine's memory. */
const mostBytes = 2 ** 29;

const formats = ['png', 'jpeg', 'webp', 'tiff', 'gif'];
const spaces = ['srgb', 'rgb', 'rgb16', 'b-w', 'grey16', 'cmyk'];

/**
 * Decodes a picture's stored values. @param name how an error names the picture when `source` is bytes.
 * @throws BadImageError naming the file and the reason.
 */
export async function decodeSamples(source: string | Uint8Array, name = 'picture'): Promise<Samples> {
  const file = typeof source === 'string' ? source : name;
  try {
    const bytes = typeof source === 'string' ? await readFile(source) : source;
    return isBmp(bytes) ? bmpSamples(bytes) : await decodeWithSharp(bytes);
  } catch (error) {
    throw new BadImageError(file, reasonOf(error), { cause: error });
  }
}

/**
 * How large a picture is shown, and how EXIF turns it, from its header alone. @param name how an error names the picture when `source` is bytes
 * @throws BadImageError naming the file and the reason.
 */
export async function pictureShape(
  source: string | Uint8Array,
  name = 'picture',
): Promise<Pick<Samples, 'width' | 'height' | 'orientation'>> {
  try {
    const bytes = typeof source === 'string' ? await readFile(source) : source;
    if (isBmp(bytes)) return bmpSamples(bytes);
    const { width, height, orientation } = await sharp(bytes).metadata();
    const lies = orientation !== undefined && orientation >= 5;
    return { width: lies ? height : width, height: lies ? width : height, orientation };
  } catch (error) {
    throw new BadImageError(typeof source === 'string' ? source : name, reasonOf(error), { cause: error });
  }
}

function bmpSamples(bytes: Uint8Array): Samples {
  const { width, height, channels, data } = decodeBmp(bytes, mostBytes);
  const rest = { alpha: false, palette: false, lossy: false, orientation: undefined };
  return { width, height, channels, grey: channels === 1, data, ...rest };
}

async function decodeWithSharp(bytes: Uint8Array): Promise<Samples> {
  if (bytes.length === 0) throw new Error('the file is empty');
  const colour = isTiff(bytes) ? tiffColour(bytes) : 'as decoded';
  const picture = sharp(bytes, { failOn: 'warning', ignoreIcc: true });
  const about = await picture.metadata();
  const { format, space, channels, depth, hasAlpha, orientation } = about;
  if (!formats.includes(format)) throw new Error(`${format} pictures are not supported; save it as PNG`);
  if (depth !== 'uchar' && depth !== 'ushort')
    throw new Error(`${depth} pixels are not supported; save it with 8 or 16 bits a channel`);
  if (!spaces.includes(space))
    throw new Error(`colours in the space ${space} are not converted; save it as RGB`);
  const size = about.width * about.height * channels * (depth === 'ushort' ? 2 : 1);
  if (size > mostBytes) {
    throw new Error(
      `${about.width} x ${about.height} pixels of ${channels} channels with ${depth === 'ushort' ? 16 : 8} bits take ` +
        `${Math.round(size / 1e6)} MB decoded, at most ${Math.round(mostBytes / 1e6)} MB are; cut it or make it smaller`,
    );
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
  const values = wide ? words(data) : new Uint8Array(data.buffer, data.byteOffset, data.length);
  return {
    width: info.width,
    height: info.height,
    channels: info.channels,
    alpha: info.channels % 2 === 0,
    grey,
    palette: about.isPalette === true,
    lossy: format === 'jpeg' || (format === 'webp' && !isLosslessWebp(bytes)),
    orientation,
    data: colour === 'ycbcr' ? rgbFromYcbcr(values, info.channels) : values,
  };
}

function isLosslessWebp(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(4096, bytes.length)).includes('VP8L');
}

/** The decoder gives 16-bit values in the order of the machine, which is little-endian wherever it runs. */
function words(bytes: Uint8Array): Uint16Array {
  if (bytes.byteOffset % 2 === 0) return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  return new Uint16Array(bytes.slice().buffer);
}
