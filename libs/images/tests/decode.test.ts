import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadImageError, decodeImage, encodePng, unusedRange, type Image } from '../src/index.ts';

const raw = (width: number, height: number, channels: 1 | 2 | 3 | 4, values: number[]): Sharp =>
  sharp(Uint8Array.from(values), { raw: { width, height, channels } });
const rgb: Image = { width: 2, height: 1, channels: 3, data: Uint8Array.of(10, 20, 30, 200, 100, 0) };
const grey: Image = { width: 3, height: 1, channels: 1, data: Uint8Array.of(0, 77, 255) };

describe('decoding', () => {
  it('returns the pixels an RGB or a grey PNG was made of', async () => {
    expect(await decodeImage(await encodePng(rgb))).toEqual(rgb);
    expect(await decodeImage(await encodePng(grey))).toEqual(grey);
  });

  it('keeps lossless WebP and TIFF pixels, and grey TIFF grey', async () => {
    const picture = () => raw(2, 1, 3, [...rgb.data]);
    expect((await decodeImage(await picture().webp({ lossless: true }).toBuffer())).data).toEqual(rgb.data);
    expect((await decodeImage(await picture().tiff({ compression: 'lzw' }).toBuffer())).data).toEqual(
      rgb.data,
    );
    expect(
      await decodeImage(
        await raw(3, 1, 1, [0, 77, 255]).toColourspace('b-w').tiff({ compression: 'lzw' }).toBuffer(),
      ),
    ).toEqual(grey);
  });

  it('halves 16 bits to the high byte, grey and RGB', async () => {
    const values = Uint16Array.of(0, 255, 256, 511, 512, 65535);
    const wide = sharp(values, { raw: { width: 6, height: 1, channels: 1 } })
      .toColourspace('grey16')
      .png();
    expect(await decodeImage(await wide.toBuffer())).toEqual({
      ...{ width: 6, height: 1, channels: 1 },
      data: Uint8Array.of(0, 0, 1, 1, 2, 255),
    });
    const colour = sharp(values, { raw: { width: 2, height: 1, channels: 3 } })
      .toColourspace('rgb16')
      .png();
    expect((await decodeImage(await colour.toBuffer())).data).toEqual(Uint8Array.of(0, 0, 1, 1, 2, 255));
  });

  it('lays alpha over white, for colour and for grey', async () => {
    const colour = await raw(3, 1, 4, [10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 51]).png().toBuffer();
    expect((await decodeImage(colour)).data).toEqual(Uint8Array.of(10, 20, 30, 255, 255, 255, 204, 204, 204));
    const greyAlpha = await raw(2, 1, 2, [10, 255, 0, 51]).toColourspace('b-w').png().toBuffer();
    expect(await decodeImage(greyAlpha)).toEqual({
      width: 2,
      height: 1,
      channels: 1,
      data: Uint8Array.of(10, 204),
    });
  });

  it('reads palettes of 1 bit, greys as one channel and colours as three', async () => {
    const black = await raw(4, 1, 1, [0, 255, 0, 255]).png({ palette: true, colours: 2 }).toBuffer();
    expect((await sharp(black).metadata()).isPalette).toBe(true);
    expect(await decodeImage(black)).toEqual({
      width: 4,
      height: 1,
      channels: 1,
      data: Uint8Array.of(0, 255, 0, 255),
    });
    const red = await raw(2, 1, 3, [255, 0, 0, 255, 255, 255]).png({ palette: true, colours: 2 }).toBuffer();
    expect((await decodeImage(red)).data).toEqual(Uint8Array.of(255, 0, 0, 255, 255, 255));
  });

  it('decodes grey, RGB and CMYK JPEG to 1, 3 and 3 channels within the quantisation', async () => {
    const flat = (channels: 1 | 3) => raw(8, 8, channels, Array(64 * channels).fill(100));
    const one = await decodeImage(await flat(1).toColourspace('b-w').jpeg().toBuffer());
    const three = await decodeImage(await flat(3).jpeg().toBuffer());
    const four = await decodeImage(await flat(3).toColourspace('cmyk').jpeg().toBuffer());
    expect([one.channels, three.channels, four.channels]).toEqual([1, 3, 3]);
    expect(Math.abs(one.data[0] - 100)).toBeLessThanOrEqual(1);
    expect(Math.abs(three.data[0] - 100)).toBeLessThanOrEqual(1);
    // A round trip through inks is not exact; inverted or misread inks would be off by more than 50.
    expect(Math.abs(four.data[0] - 100)).toBeLessThanOrEqual(20);
  });

  it('applies the EXIF orientation', async () => {
    const turned = await raw(2, 1, 3, [...rgb.data])
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    expect(await decodeImage(turned)).toEqual({ ...rgb, width: 1, height: 2 });
  });

  it('ignores an embedded colour profile', async () => {
    const pixels = await raw(2, 1, 3, [...rgb.data])
      .png()
      .toBuffer();
    const tagged = await sharp(pixels).withIccProfile('p3', { attach: true }).png().toBuffer();
    const stored = await sharp(tagged, { ignoreIcc: true }).raw().toBuffer();
    expect((await sharp(tagged).metadata()).hasProfile).toBe(true);
    expect((await decodeImage(tagged)).data).toEqual(new Uint8Array(stored));
  });

  it('tells the format by content, so a GIF named .jpg opens', async () => {
    const gif = await raw(2, 1, 3, [255, 0, 0, 0, 0, 255]).gif().toBuffer();
    expect((await decodeImage(gif, 'a.jpg')).data).toEqual(Uint8Array.of(255, 0, 0, 0, 0, 255));
  });
});

describe('bad pictures', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fsad-images-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const refuse = async (name: string, bytes: Uint8Array | null, reason: RegExp): Promise<void> => {
    const file = join(folder, name);
    if (bytes) await writeFile(file, bytes);
    const error = await decodeImage(file).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BadImageError);
    expect((error as BadImageError).file).toBe(file);
    expect((error as BadImageError).message).toMatch(reason);
    expect((error as BadImageError).message).toContain(file);
  };

  it('names a JPEG and a PNG that are cut short', async () => {
    const noise = sharp({
      create: {
        width: 64,
        height: 64,
        channels: 3,
        background: '#fff',
        noise: { type: 'gaussian', mean: 128, sigma: 30 },
      },
    });
    const jpeg = await noise.clone().jpeg().toBuffer();
    const png = await noise.clone().png().toBuffer();
    await refuse('cut.jpg', jpeg.subarray(0, jpeg.length / 2), /cut short/);
    await refuse('cut.png', png.subarray(0, png.length / 2), /png|PNG/);
  });

  it('names an empty file, a missing one, a folder, a text, an SVG and float pixels', async () => {
    await refuse('empty.png', new Uint8Array(0), /empty/);
    await refuse('missing.png', null, /no such file/);
    await refuse('.', null, /folder/);
    await refuse('page.png', Buffer.from('hello, this is not a picture'), /not a picture in a known format/);
    await refuse(
      'drawing.png',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'),
      /svg.*not supported/,
    );
    await refuse('float.tiff', floatTiff(), /float/);
  });
});

/** The smallest TIFF with one 32-bit float grey pixel. */
function floatTiff(): Uint8Array {
  const entries: [tag: number, type: number, value: number][] = [
    ...([
      [256, 4, 1],
      [257, 4, 1],
      [258, 3, 32],
      [259, 3, 1],
      [262, 3, 1],
    ] as [number, number, number][]),
    ...([
      [273, 4, 138],
      [277, 3, 1],
      [278, 4, 1],
      [279, 4, 4],
      [339, 3, 3],
    ] as [number, number, number][]),
  ];
  const file = Buffer.alloc(142);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, value], i) => {
    file.writeUInt16LE(tag, 10 + i * 12);
    file.writeUInt16LE(type, 12 + i * 12);
    file.writeUInt32LE(1, 14 + i * 12);
    file.writeUInt32LE(value, 18 + i * 12);
  });
  file.writeFloatLE(0.5, 138);
  return file;
}

describe('what is refused before it harms', () => {
  /** A TIFF of one row, uncompressed, 8 bits, three channels, in the colour space `photometric`. */
  const tiff = (photometric: number, subsampling: [number, number] | null, pixels: number[]): Buffer => {
    const entries: [tag: number, type: number, count: number, value: number][] = [
      [256, 3, 1, pixels.length / 3],
      [257, 3, 1, 1],
      [258, 3, 3, 0],
      [259, 3, 1, 1],
      [262, 3, 1, photometric],
      [273, 4, 1, 0],
      [277, 3, 1, 3],
      [278, 3, 1, 1],
      [279, 4, 1, pixels.length],
      ...(subsampling
        ? [[530, 3, 2, subsampling[0] + 65_536 * subsampling[1]] as [number, number, number, number]]
        : []),
    ];
    const after = 8 + 2 + 12 * entries.length + 4;
    const bytes = Buffer.alloc(after + 6 + pixels.length);
    bytes.write('II*\0', 'latin1');
    bytes.writeUInt32LE(8, 4);
    bytes.writeUInt16LE(entries.length, 8);
    for (const [i, [tag, type, count, value]] of entries.entries()) {
      const at = 10 + 12 * i;
      bytes.writeUInt16LE(tag, at);
      bytes.writeUInt16LE(type, at + 2);
      bytes.writeUInt32LE(count, at + 4);
      bytes.writeUInt32LE(tag === 258 ? after : tag === 273 ? after + 6 : value, at + 8);
    }
    for (let c = 0; c < 3; c++) bytes.writeUInt16LE(8, after + 2 * c);
    bytes.set(pixels, after + 6);
    return bytes;
  };

  it('colours of a YCbCr TIFF are converted by BT.601, and those of other spaces refused by name', async () => {
    expect((await decodeImage(tiff(2, null, [255, 0, 0, 10, 20, 30]))).data).toEqual(
      Uint8Array.of(255, 0, 0, 10, 20, 30),
    );
    // Pure red and grey 77: Y = 0.299 * 255, Cb = 128 - 0.168736 * 255, Cr = 128 + 0.5 * 255.
    expect((await decodeImage(tiff(6, [1, 1], [76, 85, 255, 77, 128, 128]))).data).toEqual(
      Uint8Array.of(254, 0, 0, 77, 77, 77),
    );
    await expect(decodeImage(tiff(6, null, [76, 85, 255]))).rejects.toThrow(/the space YCbCr, which is not/);
    await expect(decodeImage(tiff(8, null, [76, 85, 255]))).rejects.toThrow(/the space CIE L\*a\*b\*/);
  });

  it('a small file that would take gigabytes is refused from its header', async () => {
    const header = Buffer.from(await encodePng({ width: 1, height: 1, channels: 1, data: Uint8Array.of(0) }));
    header.writeUInt32BE(16_000, 16);
    header.writeUInt32BE(16_000, 20);
    header.set([16, 6], 24);
    header.writeUInt32BE(crc32(header.subarray(12, 29)), 29);
    await expect(decodeImage(header, 'bomb.png')).rejects.toThrow(
      'bomb.png: 16000 x 16000 pixels of 4 channels with 16 bits take 2048 MB decoded, at most 537 MB are',
    );
  });

  it('a PNG whose checksum does not fit is called damaged, in words of ours', async () => {
    const bytes = Buffer.from(await encodePng(rgb));
    const data = bytes.indexOf('IDAT');
    bytes[data + 4 + bytes.readUInt32BE(data - 4)] ^= 0xff;
    await expect(decodeImage(bytes, 'badcrc.png')).rejects.toThrow(/^badcrc.png: the picture is damaged/);
    const head = Buffer.from(await encodePng(rgb));
    head[29] ^= 0xff;
    await expect(decodeImage(head)).rejects.toThrow(/the picture is damaged \(IHDR: CRC error\)/);
  });

  it('the values of 12 bits in 16 are told from full ones', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fsad-range-'));
    const write = async (most: number): Promise<string> => {
      const values = Uint16Array.of(0, most);
      const file = join(folder, `${most}.png`);
      await sharp(values, { raw: { width: 2, height: 1, channels: 1 } })
        .toColourspace('grey16')
        .png()
        .toFile(file);
      return file;
    };
    expect(await unusedRange(await write(4095))).toBe(4095);
    expect(await unusedRange(await write(60_000))).toBeNull();
    await rm(folder, { recursive: true });
  });
});
