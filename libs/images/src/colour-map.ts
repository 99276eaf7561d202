/** Inferno of matplotlib (S. van der Walt and N. Smith, CC0) at 33 even steps, within 2 of 255 of the full table. */
const ANCHORS =
  '000004 040312 0b0724 150b37 210c4a 2f0a5b 3d0965 4a0c6b 57106e 64156e 71196e 7d1e6d 8a226a 972766 a32c61 b0315b ' +
  'bc3754 c63d4d d04545 da4e3c e35933 eb6429 f1711f f67e14 f98c0a fb9b06 fcaa0f fbba1f f9c932 f5d949 f2e865 f3f586 fcffa4';

/** Red, green and blue for 256 even steps from 0 to 1; lightness rises evenly, so that order survives in grey print. */
export const inferno: Uint8Array = interpolate(
  ANCHORS.split(' ').map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16))),
);

function interpolate(anchors: readonly (readonly number[])[]): Uint8Array {
  const table = new Uint8Array(3 * 256);
  for (let step = 0; step < 256; step++) {
    const position = (step / 255) * (anchors.length - 1);
    const from = Math.min(Math.floor(position), anchors.length - 2);
    for (let c = 0; c < 3; c++) {
      const [low, high] = [anchors[from][c], anchors[from + 1][c]];
      table[3 * step + c] = Math.round(low + (position - from) * (high - low));
    }
  }
  return table;
}
