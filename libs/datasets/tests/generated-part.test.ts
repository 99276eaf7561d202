import { expect, it } from 'vitest';
import { openDataset, pixelDigest } from '../src/index.ts';
import { drawPart } from '../src/generated/part.ts';
import { drawPartDefect, PART_DEFECTS } from '../src/generated/part-defects.ts';
import { BOLT, EAR_AT, outerEdge, wholePart } from '../src/generated/part-outline.ts';

it('the outline is metal between the holes, none in them, and ends where the ears do', () => {
  expect(wholePart(0.2, 0)).toBeLessThan(0);
  expect(wholePart(0, 0)).toBeGreaterThan(0);
  expect(wholePart(EAR_AT, 0)).toBeCloseTo(BOLT, 12);
  expect(outerEdge(EAR_AT + 0.1, 0)).toBeCloseTo(0, 12);
  expect(outerEdge(0, 0.265)).toBeCloseTo(0, 12);
});

it.each(PART_DEFECTS)(
  'a %s changes what its mask says and nothing else but shadows on the mat and bevels',
  (kind) => {
    for (const name of ['a', 'b', 'c']) {
      const good = drawPart(name, null, 128);
      const bad = drawPart(name, drawPartDefect(`${name}/${kind}`, kind), 128);
      let [inside, outside, changedInside, changedOutside] = [0, 0, 0, 0];
      for (let p = 0; p < 128 * 128; p++) {
        const difference = Math.max(
          ...[0, 1, 2].map((c) => Math.abs(good.image.data[3 * p + c] - bad.image.data[3 * p + c])),
        );
        if (bad.mask.data[p] === 255) {
          inside++;
          if (difference > 8) changedInside++;
        } else {
          outside++;
          if (difference > 8) changedOutside++;
        }
      }
      expect(inside).toBeGreaterThan(8);
      expect(changedInside / inside).toBeGreaterThan(0.6);
      expect(changedOutside / outside).toBeLessThan(0.02);
    }
  },
);

it('pictures are the same everywhere: the digest of one good and one chipped part', async () => {
  const dataset = await openDataset('generated');
  expect(pixelDigest(await dataset.image('part/train/good/000'))).toMatchInlineSnapshot(
    `"cddf12aa47a24cfcdb6918cf91837ff39cebcc8ae632f5a1374970f704d5ef62"`,
  );
  expect(pixelDigest(await dataset.image('part/test/chip/003'))).toMatchInlineSnapshot(
    `"c2664937daab85311e1480cfa1955ac9dc9184bc46613a1039ad5010cdbd5ec8"`,
  );
});

it('a larger side shows the same part in more pixels, and only then is it an option of the split', async () => {
  const [small, large] = [
    await openDataset('generated'),
    await openDataset('generated', { options: { side: '512' } }),
  ];
  expect(small.options).toEqual({});
  expect(large.options).toEqual({ side: '512' });
  expect(large.fingerprintOf('part')).not.toBe(small.fingerprintOf('part'));
  expect(large.fingerprintOf('surface')).toBe(small.fingerprintOf('surface'));
  const id = 'part/test/good/000';
  const [a, b] = [await small.image(id), await large.image(id)];
  expect([a.width, b.width]).toEqual([256, 512]);
  const mean = ({ data }: { data: Uint8Array }): number =>
    data.reduce((sum, value) => sum + value, 0) / data.length;
  expect(Math.abs(mean(a) - mean(b))).toBeLessThan(2);
  await expect(openDataset('generated', { options: { side: '300' } })).rejects.toThrow(
    /side=300: expected 256 or 512/,
  );
});

it('a mask is its picture’s, whatever was asked for before', async () => {
  const [chip, stain] = ['part/test/chip/000', 'part/test/stain/000'];
  const dataset = await openDataset('generated');
  const alone = await dataset.mask(chip);
  await dataset.image(stain);
  expect(await dataset.mask(chip)).toEqual(alone);
  await dataset.image(chip);
  expect(await dataset.mask(chip)).toEqual(alone);
  expect(await dataset.mask(stain)).not.toEqual(alone);
});
