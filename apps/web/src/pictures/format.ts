/** What the first bytes of a picture's file say. */
export interface Format {
  /** Why a browser cannot show it; null where it may. */
  readonly unreadable: string | null;
  /** Whether its pixels are stored as grey; `perhaps` for a palette, which is grey when all its colours are. */
  readonly grey: boolean | 'perhaps';
}

/** Tells a picture's format by its content, as the command line does. */
export function formatOf(bytes: Uint8Array): Format {
  const text = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  if (text(4, 8) === 'ftyp' && /^(hei|hev|mif1|msf1)/.test(text(8, 12))) {
    return refused('a HEIC picture, which browsers cannot read; save or export it as JPEG or PNG');
  }
  if (['II*\0', 'MM\0*'].includes(text(0, 4))) {
    return refused('a TIFF picture, which browsers cannot read; save it as PNG');
  }
  if (text(1, 4) === 'PNG') {
    const colour = bytes[25];
    return { unreadable: null, grey: colour === 3 ? 'perhaps' : colour === 0 || colour === 4 };
  }
  if (bytes[0] === 0xff && bytes[1] === 0xd8)
    return { unreadable: null, grey: componentsOfJpeg(bytes) === 1 };
  return { unreadable: null, grey: text(0, 3) === 'GIF' || text(0, 2) === 'BM' ? 'perhaps' : false };
}

const refused = (unreadable: string): Format => ({ unreadable, grey: false });

/** Components of the first frame header (ITU-T T.81, B.2.2); 3 where there is none. */
function componentsOfJpeg(bytes: Uint8Array): number {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1];
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return bytes[at + 9];
    at += 2 + (bytes[at + 2] << 8) + bytes[at + 3];
  }
  return 3;
}
