/** Draws the pictures of a class of the generated dataset in this library's README: npx tsx libs/datasets/bench/generated-sheet.ts surface|part FILE.png */
import { writeFile } from 'node:fs/promises';
import { contactSheet, encodePng, outlineMask, type Image } from '@fsad/images';
import { openDataset } from '../src/index.ts';

const dataset = await openDataset('generated');
const [, , className, file] = process.argv;
const items = dataset.testItems(className, 'test');
const columns = [...new Set(items.map(({ kind }) => kind))];
const pictures = columns.map((kind) => items.filter((item) => item.kind === kind));
const rows: Image[][] = [];
rows.push(await Promise.all(pictures.map((of) => dataset.image(of[0].id))));
rows.push(
  await Promise.all(
    pictures.map(async (of) => {
      const [image, mask] = [await dataset.image(of[0].id), await dataset.mask(of[0].id)];
      return mask ? outlineMask(image, mask) : image;
    }),
  ),
);
const sheet = contactSheet(rows, { columns, rows: ['picture', 'its mask'] }, rows[0][0].width);
await writeFile(file, await encodePng(sheet));
