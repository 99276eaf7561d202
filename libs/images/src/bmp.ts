import type { Image } from './image.ts';

/** Whether `bytes` begin like a BMP file. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes.length > 26 && bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/**
 * Decodes an uncompressed Windows bitmap of 1, 4, 8, 24 or 32 bits a pixel, rows in either order.
 *
 * A palette of greys only gives 1 channel; the fourth byte of 32-bit pixels, which the format leaves undefined, is
 * ignored. Our own, since the packaged decoders tried misplace pixels or refuse the commonest header.
 *
 * @param mostBytes a picture that takes more, decoded, is refused.
 * @throws Error for compressed pixels, other depths, impossible sizes, and a file shorter than its header says.
 */
export function decodeBmp(bytes: Uint8Array, mostBytes = 2 ** 29): Image {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerSize = view.getUint32(14, true);
  if (headerSize < 40 || bytes.length < 54)
    throw new Error(`BMP header of ${headerSize} bytes is not supported`);
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (compression !== 0 && !(compression === 3 && bits === 32 && hasUsualMasks(view))) {
    throw new Error(`compressed BMP (method ${compression}) is not supported; save it as PNG`);
  }
  if (width < 1 || height < 1 || width * height > 268_402_689)
    throw new Error(`BMP size ${width}x${height} is impossible`);
  if (![1, 4, 8, 24, 32].includes(bits)) throw new Error(`BMP of ${bits} bits a pixel is not supported`);

  const pixels = view.getUint32(10, true);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (pixels + stride * height > bytes.length) {
    throw new Error(`BMP is cut short: ${pixels + stride * height} bytes needed, ${bytes.length} there`);
  }
  const palette = bits <= 8 ? readPalette(bytes, view, headerSize, bits, pixels) : null;
  const grey = palette !== null && palette.every(([red, green, blue]) => red === green && green === blue);
  const channels = grey ? 1 : 3;
  if (width * height * channels > mostBytes) {
    throw new Error(
      `${width} x ${height} pixels take ${Math.round((width * height * channels) / 1e6)} MB decoded, at most ${Math.round(mostBytes / 1e6)} MB are; cut it or make it smaller`,
    );
  }
  const data = new Uint8Array(width * height * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const row = pixels + stride * (signedHeight > 0 ? height - 1 - y : y);
    for (let x = 0; x < width; x++) {
      if (palette) {
        const bit = x * bits;
        const index = (bytes[row + (bit >> 3)] >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
        if (index >= palette.length)
          throw new Error(`BMP pixel (${x}, ${y}) names colour ${index} of ${palette.length}`);
        for (let c = 0; c < channels; c++) data[at++] = palette[index][c];
      } else {
        const pixel = row + (x * bits) / 8;
        data[at++] = bytes[pixel + 2];
        data[at++] = bytes[pixel + 1];
        data[at++] = bytes[pixel];
      }
    }
  }
  return { width, height, channels, data };
}

function hasUsualMasks(view: DataView): boolean {
  const masks = [54, 58, 62].map((offset) => view.getUint32(offset, true));
  return masks[0] === 0xff0000 && masks[1] === 0xff00 && masks[2] === 0xff;
}

function readPalette(
  bytes: Uint8Array,
  view: DataView,
  headerSize: number,
  bits: number,
  pixels: number,
): [number, number, number][] {
  const start = 14 + headerSize;
  const count = Math.min(view.getUint32(46, true) || 1 << bits, 1 << bits);
  if (start + count * 4 > pixels) throw new Error('BMP palette reaches into its pixels');
  return Array.from({ length: count }, (_, i) => {
    const entry = start + i * 4;
    return [bytes[entry + 2], bytes[entry + 1], bytes[entry]];
  });
}
