import { describe, expect, it } from 'vitest';
import { decodeImage } from '../src/index.ts';

/** A bitmap with the 40-byte header: rows as they lie in the file, already padded to 4 bytes. */
function bmp(
  width: number,
  height: number,
  bits: number,
  palette: number[][],
  rows: number[][],
  compression = 0,
): Uint8Array {
  const start = 54 + palette.length * 4;
  const file = Buffer.alloc(start + rows.flat().length);
  file.write('BM', 'latin1');
  file.writeUInt32LE(start, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(bits, 28);
  file.writeUInt32LE(compression, 30);
  file.writeUInt32LE(palette.length, 46);
  palette.forEach(([r, g, b], i) => file.set([b, g, r, 0], 54 + i * 4));
  file.set(rows.flat(), start);
  return file;
}

describe('BMP', () => {
  it('reads 24 bits bottom-up as blue, green, red with padded rows', async () => {
    const file = bmp(
      1,
      2,
      24,
      [],
      [
        [3, 2, 1, 0],
        [6, 5, 4, 0],
      ],
    );
    expect(await decodeImage(file)).toEqual({
      width: 1,
      height: 2,
      channels: 3,
      data: Uint8Array.of(4, 5, 6, 1, 2, 3),
    });
  });

  it('reads 32 bits top-down when the height is negative, without the fourth byte', async () => {
    const file = bmp(
      1,
      -2,
      32,
      [],
      [
        [3, 2, 1, 9],
        [6, 5, 4, 9],
      ],
    );
    expect((await decodeImage(file)).data).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
  });

  it('reads 8 bits with a grey palette as one channel and with a coloured one as three', async () => {
    expect(
      await decodeImage(
        bmp(
          2,
          1,
          8,
          [
            [0, 0, 0],
            [90, 90, 90],
          ],
          [[1, 0, 0, 0]],
        ),
      ),
    ).toEqual({
      ...{ width: 2, height: 1, channels: 1 },
      data: Uint8Array.of(90, 0),
    });
    expect((await decodeImage(bmp(1, 1, 8, [[1, 2, 3]], [[0, 0, 0, 0]]))).data).toEqual(
      Uint8Array.of(1, 2, 3),
    );
  });

  it('reads 1 and 4 bits from the high end of the byte, also for odd widths', async () => {
    const grey = [
      [0, 0, 0],
      [255, 255, 255],
    ];
    expect((await decodeImage(bmp(3, 1, 1, grey, [[0b10100000, 0, 0, 0]]))).data).toEqual(
      Uint8Array.of(255, 0, 255),
    );
    expect((await decodeImage(bmp(3, 1, 4, grey, [[0x10, 0x10, 0, 0]]))).data).toEqual(
      Uint8Array.of(255, 0, 255),
    );
  });

  it('names what it cannot read: compression, a short file, an index outside the palette, an impossible size', async () => {
    await expect(decodeImage(bmp(1, 1, 8, [[0, 0, 0]], [[0, 0, 0, 0]], 1), 'x.bmp')).rejects.toThrow(
      /x.bmp: compressed/,
    );
    await expect(decodeImage(bmp(9, 9, 24, [], [[0, 0, 0, 0]]))).rejects.toThrow(
      /cut short: 306 bytes needed, 58 there/,
    );
    await expect(decodeImage(bmp(1, 1, 8, [[0, 0, 0]], [[7, 0, 0, 0]]))).rejects.toThrow(
      /names colour 7 of 1/,
    );
    await expect(decodeImage(bmp(0, 1, 24, [], [[0, 0, 0, 0]]))).rejects.toThrow(/impossible/);
  });
});
