import { describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { openDataset, verifyDataset, type Dataset } from '../src/index.ts';
import { fakeJpeg, noise, temporaryFolder, writeAt, writeMask, writePng } from './fakes.ts';

const root = await temporaryFolder();
let folders = 0;

/** The upper left 4 x 4 of 8 x 8 pixels. */
const inside = (i: number): boolean => i % 8 < 4 && i < 32;
const picture = 'test/cut/a.png';

/** A folder with one defect picture, 8 x 8, whose mask file is `bytes`. */
async function withMask(bytes: Uint8Array, name = 'ground_truth/cut/a.png'): Promise<Dataset> {
  const path = `${root}/${folders++}`;
  for (const file of ['train/good/a.png', 'test/good/a.png', picture]) await writePng(path, file);
  await writeAt(path, name, bytes);
  return openDataset('folder', { path });
}

const values = (channels: number, of: (marked: boolean) => number[]) =>
  Uint8Array.from({ length: 64 * channels }, (_, i) => of(inside(Math.floor(i / channels)))[i % channels]);
const png = (channels: 1 | 2 | 3 | 4, of: (marked: boolean) => number[]) =>
  sharp(values(channels, of), { raw: { width: 8, height: 8, channels } })
    .png()
    .toBuffer();
const marked = Array.from({ length: 64 }, (_, i) => (inside(i) ? 255 : 0));

describe('a mask', () => {
  it.each([
    ['labels 0 and 1', () => png(1, (on) => [on ? 1 : 0])],
    ['one colour among black', () => png(3, (on) => (on ? [0, 0, 1] : [0, 0, 0]))],
    ['white on a transparent ground', () => png(4, (on) => (on ? [255, 255, 255, 255] : [0, 0, 0, 0]))],
    ['white on a transparent white ground', () => png(4, (on) => [255, 255, 255, on ? 255 : 0])],
    ['black paint on a transparent ground', () => png(4, (on) => [0, 0, 0, on ? 255 : 0])],
    ['white on opaque black with alpha', () => png(4, (on) => (on ? [255, 255, 255, 255] : [0, 0, 0, 255]))],
    ['grey with alpha', () => png(2, (on) => (on ? [9, 255] : [0, 255]))],
    [
      '16-bit labels 0 and 1',
      () =>
        sharp(
          Uint16Array.from({ length: 64 }, (_, i) => Number(inside(i))),
          {
            raw: { width: 8, height: 8, channels: 1 },
          },
        )
          .toColourspace('grey16')
          .png()
          .toBuffer(),
    ],
  ])('of %s marks what it says, without a doubt', async (_, write) => {
    const mask = await (await withMask(await write())).mask(picture);
    expect([...mask!.data]).toEqual(marked);
    expect(mask!.doubt).toBeUndefined();
  });

  it('in JPEG is taken at half its range, since the format blurs edges', async () => {
    const bytes = await sharp(
      values(1, (on) => [on ? 255 : 0]),
      { raw: { width: 8, height: 8, channels: 1 } },
    )
      .jpeg({ quality: 60 })
      .toBuffer();
    expect([...(await (await withMask(bytes)).mask(picture))!.data]).toEqual(marked);
  });

  it.each([
    ['nothing', () => png(1, () => [0]), 'marks nothing'],
    ['sound pixels', () => png(1, (on) => [on ? 0 : 255]), 'marks 75 % of its picture; is it inverted?'],
  ])('that marks %s is doubted', async (_, write, doubt) => {
    const mask = await (await withMask(await write())).mask(picture);
    expect(mask!.doubt).toBe(doubt);
    expect(mask!.unusable ?? false).toBe(doubt === 'marks nothing');
  });

  it('of another shape is unusable, and verifying says so', async () => {
    const wide = await sharp(new Uint8Array(128), { raw: { width: 16, height: 8, channels: 1 } })
      .linear(0, 7)
      .png()
      .toBuffer();
    const mask = await (await withMask(wide)).mask(picture);
    expect(mask).toMatchObject({ width: 16, height: 8, unusable: true });
    const { problems } = await verifyDataset('folder', { path: `${root}/${folders - 1}` });
    expect(problems.join()).toMatch(/the mask of test\/cut\/a.png .*the picture is 8 x 8, its mask 16 x 8/);
  });

  it('of the same shape in another size is kept as it is', async () => {
    const path = `${root}/${folders++}`;
    for (const file of ['train/good/a.png', picture]) await writePng(path, file);
    await writeMask(path, 'ground_truth/cut/a.png', 16);
    const mask = await (await openDataset('folder', { path })).mask(picture);
    expect(mask).toMatchObject({ width: 16, height: 16 });
    expect(mask!.doubt).toBeUndefined();
  });

  it('drawn on the raw pixels of a photograph that EXIF turns is unusable, or doubted where the shape cannot tell', async () => {
    const path = `${root}/${folders++}`;
    const turned = (width: number, height: number) =>
      sharp(noise('turned', width, height, 3).data, { raw: { width, height, channels: 3 } })
        .withMetadata({ orientation: 6 })
        .jpeg()
        .toBuffer();
    await writeAt(path, 'train/good/a.jpg', await fakeJpeg('a'));
    await writeAt(path, 'test/cut/wide.jpg', await turned(16, 8));
    await writeAt(path, 'test/cut/square.jpg', await turned(8, 8));
    await writeAt(path, 'ground_truth/cut/wide.png', await png16x8());
    await writeMask(path, 'ground_truth/cut/square.png');
    const dataset = await openDataset('folder', { path });
    expect((await dataset.mask('test/cut/wide.jpg'))!.unusable).toBe(true);
    expect((await dataset.mask('test/cut/square.jpg'))!.doubt).toMatch(/turned by EXIF/);
  });

  it.each(['a_Mask.PNG', 'A.png', 'a-mask.tif', 'a_gt.png'])('named %s is found for a.png', async (name) => {
    const dataset = await withMask(await png(1, (on) => [on ? 255 : 0]), `ground_truth/Cut/${name}`);
    expect([...(await dataset.mask(picture))!.data]).toEqual(marked);
    expect(dataset.warnings).toEqual([]);
  });

  it('is found when its name has another Unicode form than its picture', async () => {
    const path = `${root}/${folders++}`;
    await writePng(path, 'train/good/a.png');
    await writePng(path, `test/cut/${'ü'.normalize('NFC')}.png`);
    await writeMask(path, `ground_truth/cut/${'ü'.normalize('NFD')}_mask.png`);
    const dataset = await openDataset('folder', { path });
    expect(dataset.testItems('normal', 'test').map(({ hasMask }) => hasMask)).toContain(true);
  });

  it('of a kind that has no pictures is named', async () => {
    const path = `${root}/${folders++}`;
    for (const file of ['train/good/a.png', picture]) await writePng(path, file);
    await writeMask(path, 'ground_truth/cuts/a.png');
    expect((await openDataset('folder', { path })).warnings).toEqual([
      'masks without a picture: ground_truth/cuts/a.png',
    ]);
  });
});

function png16x8(): Promise<Buffer> {
  const data = Uint8Array.from({ length: 128 }, (_, i) => (i < 10 ? 255 : 0));
  return sharp(data, { raw: { width: 16, height: 8, channels: 1 } })
    .png()
    .toBuffer();
}
