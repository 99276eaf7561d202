import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadImageError, decodeImage, encodePng, type Image } from '../src/index.ts';

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
