// npx tsx scripts/draw-method.ts
// Draws the pictures of libs/transforms/README.md and libs/pyramid/README.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contactSheet, encodePng, imageToTensor, renderSvg, tensorToImage, type Image } from '@fsad/images';
import { officialPyramid, paperPyramid, testPyramid, type PyramidSettings } from '@fsad/pyramid';
import {
  applyTransform,
  colourTransforms,
  planCopies,
  transformedBatch,
  type Transform,
} from '@fsad/transforms';

const root = join(import.meta.dirname, '..');

/** A picture in which every flip, shift, turn and loss of colour shows. */
function scene(side: number): Image {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">
    <defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#2b6cb0"/><stop offset="1" stop-color="#bee3f8"/></linearGradient></defs>
    <rect width="64" height="64" fill="url(#sky)"/>
    <circle cx="49" cy="14" r="8" fill="#f6ad2f"/>
    <path d="M0 64 L0 46 Q14 36 30 46 T64 50 L64 64 Z" fill="#38813f"/>
    <rect x="14" y="30" width="20" height="20" fill="#c53030"/>
    <path d="M11 31 L24 18 L37 31 Z" fill="#6b2d12"/>
    <rect x="26" y="38" width="5" height="12" fill="#fff3d6"/>
  </svg>`;
  return renderSvg(svg, side / 64);
}

function caption({ grey, flip, tx, ty, turns }: Transform): string {
  const arrow = { '-1': ['↖', '↑', '↗'], '0': ['←', '', '→'], '1': ['↙', '↓', '↘'] }[ty][tx + 1];
  const parts = [flip ? 'flip' : '', arrow, turns ? `${90 * turns}°` : ''];
  return parts.filter(Boolean).join(' ') || (grey ? 'grey' : 'itself');
}

function inRows<Item>(items: readonly Item[], length: number): Item[][] {
  const rows: Item[][] = [];
  for (let i = 0; i < items.length; i += length) rows.push(items.slice(i, i + length));
  return rows;
}

function transformations(): Image {
  const image = imageToTensor(scene(64));
  const copies = colourTransforms.map((transform) => tensorToImage(applyTransform(image, transform, 'fast')));
  return contactSheet(
    inRows(copies, 9),
    {
      title: 'The 54 transformations',
      subtitle:
        'Flip, then shift by 15 % with mirrored borders, then turn, then grey. The first 38 and numbers 47 to 50 serve grey images.',
      captions: inRows(colourTransforms.map(caption), 9),
    },
    64,
  );
}

function canvases(): Image {
  const plan = planCopies(colourTransforms, 64, 'fast', 'shared');
  const batch = transformedBatch(plan, imageToTensor(scene(64)), 0);
  const pictures = batch.canvases.map(({ images, height, width }) =>
    tensorToImage({ shape: [1, height, width, 3], data: images }),
  );
  const captions = batch.canvases.map(
    ({ width, height, windows }) => `${width} x ${height}, ${windows.length}`,
  );
  return contactSheet(
    inRows(pictures, 8),
    {
      title: 'The same 54 as windows of 16 shared canvases',
      subtitle:
        'Under each its size and how many copies are windows of it: 80,818 pixels instead of 221,184.',
      captions: inRows(captions, 8),
    },
    82,
  );
}

function scales(settings: PyramidSettings, picture: Image): Image[] {
  return testPyramid([picture], settings).map((level) => magnified(tensorToImage(level), 128));
}

/** A square picture at another side, pixels left visible. */
function magnified({ width, data }: Image, side: number): Image {
  const source = (i: number): number => Math.floor((i * width) / side);
  const pixels = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return data[3 * (source(Math.floor(pixel / side)) * width + source(pixel % side)) + (i % 3)];
  });
  return { width: side, height: side, channels: 3, data: pixels };
}

function pyramid(): Image {
  const picture = scene(128);
  return contactSheet(
    [scales(officialPyramid, picture), scales(paperPyramid, picture)],
    {
      title: 'The scales of an image',
      subtitle: 'Coarsest first; every scale is resized from the finest.',
      rows: ['official', 'paper'],
      captions: [officialPyramid, paperPyramid].map(({ sizes }) => sizes.map((side) => `${side} x ${side}`)),
    },
    128,
  );
}

for (const [path, image] of [
  ['libs/transforms/docs/transformations.png', transformations()],
  ['libs/transforms/docs/canvases.png', canvases()],
  ['libs/pyramid/docs/pyramid.png', pyramid()],
] as const) {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), await encodePng(image));
}
