import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { contactSheet, textWidth, type Image } from '../src/index.ts';

const solid = (side: number, value: number) => ({
  width: side,
  height: side,
  channels: 1 as const,
  data: new Uint8Array(side * side).fill(value),
});

describe('contactSheet', () => {
  it('places pictures row by row, small ones enlarged by a whole factor', () => {
    const sheet = contactSheet([[solid(4, 10), solid(3, 20)], [solid(16, 30)]], {}, 8);
    const at = (x: number, y: number): number => sheet.data[3 * (y * sheet.width + x)];
    expect([sheet.width, sheet.height]).toEqual([20 + 8 + 10 + 8 + 20, 20 + 8 + 10 + 8 + 20]);
    expect([at(20, 20), at(27, 27)]).toEqual([10, 10]); // 4 x 4 doubled fills the cell
    expect([at(38, 20), at(39, 21), at(44, 26), at(45, 27)]).toEqual([255, 20, 20, 255]); // 3 x 3 doubled, centred
    expect(at(24, 42)).toBe(30); // 16 x 16 shrunk
    expect(at(42, 42)).toBe(255); // no picture
  });

  it('enlarges all pictures alike where told to, so that one of more pixels is larger', () => {
    const dark = (sheet: Image): number => sheet.data.filter((value) => value === 0).length / 3;
    const rows = [[solid(10, 0), solid(15, 0)]];
    // In a cell of 32 pixels: three times 10 and twice 15 by themselves; twice both when alike.
    expect(dark(contactSheet(rows, {}, 32))).toBe(30 ** 2 + 30 ** 2);
    expect(dark(contactSheet(rows, { alike: true }, 32))).toBe(20 ** 2 + 30 ** 2);
  });

  it('writes labels in ink beside the pictures', () => {
    const plain = contactSheet([[solid(8, 255)]], {}, 64);
    const labelled = contactSheet([[solid(8, 255)]], { title: 'T', rows: ['row'], columns: ['<&>'] }, 64);
    expect(plain.data.every((value) => value === 255)).toBe(true);
    expect(labelled.data.some((value) => value < 80)).toBe(true);
    expect(labelled.width).toBeGreaterThan(plain.width + textWidth('row', 13));
  });

  it('cuts captions that are wider than their cell', () => {
    const captions = [['a caption far too long for its cell']];
    const sheet = contactSheet([[solid(8, 255)]], { captions }, 40);
    expect(sheet.width).toBe(80);
    const border = sheet.data.filter((_, i) => Math.floor(i / 3) % 80 < 18);
    expect(border.every((value) => value === 255)).toBe(true);
  });

  it('gives the same bytes every time', () => {
    const digest = (): string =>
      createHash('sha256')
        .update(contactSheet([[solid(8, 9)]], { title: 'Pictures ± 1' }).data)
        .digest('hex');
    expect(digest()).toBe(digest());
  });

  it('refuses a sheet without pictures', () => {
    expect(() => contactSheet([[]])).toThrow('at least one picture');
  });
});

it('bold text is wider and twice the size is twice as wide', () => {
  const width = textWidth('AUROC 0.842', 10);
  expect(textWidth('AUROC 0.842', 10, 'bold')).toBeGreaterThan(width);
  expect(textWidth('AUROC 0.842', 20)).toBeCloseTo(2 * width, 3);
});
