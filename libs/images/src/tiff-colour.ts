/** Whether `bytes` begin like a TIFF file, plain or BigTIFF. */
export function isTiff(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(4, bytes.length)).toString('latin1');
  return ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(start);
}

/** Colour spaces of TIFF (PhotometricInterpretation, TIFF 6.0, Sec. 8) that the decoder converts to grey or RGB. */
const converted = [0, 1, 2, 3, 5];
const names: Readonly<Record<number, string>> = {
  4: 'transparency mask',
  6: 'YCbCr',
  8: 'CIE L*a*b*',
  9: 'ICC L*a*b*',
  10: 'ITU L*a*b*',
  32803: 'colour filter array',
  32844: 'LogL',
  32845: 'LogLuv',
  34892: 'linear raw',
};

/**
 * How the colours of a TIFF reach us: `as decoded`, or `ycbcr` where the decoder hands over Y, Cb, Cr as they lie in the file and they are still to be
 * converted. Compressed by JPEG, the decoder converts them.
 * @throws Error naming a colour space that is not converted.
 */
export function tiffColour(bytes: Uint8Array): 'as decoded' | 'ycbcr' {
  const { photometric, compression, subsampling } = readTags(bytes);
  if (photometric === undefined || converted.includes(photometric)) return 'as decoded';
  if (photometric === 6 && (compression === 6 || compression === 7)) return 'as decoded';
  if (photometric === 6 && subsampling === '1 1') return 'ycbcr';
  const name = names[photometric] ?? `number ${photometric}`;
  throw new Error(`its colours are in the space ${name}, which is not converted; save it as RGB`);
}

interface Tags {
  readonly photometric?: number;
  readonly compression?: number;
  /** Horizontal and vertical; 2 2 where the file says nothing (TIFF 6.0, Sec. 21). */
  readonly subsampling: string;
}

/** Reads three tags of the first directory; a file too short for them has none, and the decoder says what is wrong. */
function readTags(bytes: Uint8Array): Tags {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const big = view.getUint16(2, little) === 43;
  const short = (at: number): number => view.getUint16(at, little);
  const long = (at: number): number =>
    big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  try {
    const directory = long(big ? 8 : 4);
    const count = big ? long(directory) : short(directory);
    const [first, step] = big ? [directory + 8, 20] : [directory + 2, 12];
    const tags = new Map<number, number>();
    for (let i = 0; i < count; i++) tags.set(short(first + i * step), first + i * step + (big ? 12 : 8));
    const value = (tag: number): number | undefined => {
      const at = tags.get(tag);
      return at === undefined ? undefined : short(at);
    };
    const sampling = tags.get(530);
    return {
      photometric: value(262),
      compression: value(259),
      subsampling: sampling === undefined ? '2 2' : `${short(sampling)} ${short(sampling + 2)}`,
    };
  } catch (error) {
    if (error instanceof RangeError) return { subsampling: '2 2' };
    throw error;
  }
}
