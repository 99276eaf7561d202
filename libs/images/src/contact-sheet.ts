import { withChannels } from './channels.ts';
import { enlarge } from './heat-map.ts';
import type { Image } from './image.ts';
import { resizeImage } from './picture-resize.ts';
import { drawingFont, escapeXml, renderSvg, textWidth } from './svg.ts';

/** What is written on a contact sheet; everything may be left out. */
export interface SheetLabels {
  readonly title?: string;
  /** A line of explanation under the title. */
  readonly subtitle?: string;
  /** One a column, above it. */
  readonly columns?: readonly string[];
  /** One a row, to its left. */
  readonly rows?: readonly string[];
  /** One a picture, below it. */
  readonly captions?: readonly (readonly string[])[];
  /** Whether all pictures are enlarged alike, so that those with more pixels are larger; else each fills its cell. */
  readonly alike?: boolean;
}

const margin = 20;
const gap = 10;
const labelSize = 13;
const captionSize = 11;
const ink = '#1d2329';
const faded = '#5a646e';

/**
 * Arranges pictures in rows on white with labels beside them, RGB.
 *
 * Every picture is fitted into a square cell: enlarged by the largest whole factor without smoothing, the same for all where `labels.alike`, or
 * shrunk with antialiasing. Labels too long for their cell are cut with an ellipsis. The text needs no font of the system.
 * @param rows pictures row by row, null for an empty place; rows may differ in length
 * @param cell side of a cell in pixels, 128 when left out
 * @throws RangeError when there is no picture
 */
export function contactSheet(
  rows: readonly (readonly (Image | null)[])[],
  labels: SheetLabels = {},
  cell = 128,
): Image {
  const columnCount = Math.max(0, ...rows.map((row) => row.length));
  if (columnCount === 0) throw new RangeError('a contact sheet needs at least one picture');
  const rowLabelWidth = Math.max(0, ...(labels.rows ?? []).map((label) => textWidth(label, labelSize)));
  const left = margin + (rowLabelWidth > 0 ? Math.ceil(rowLabelWidth) + 14 : 0);
  const captionHeight = labels.captions ? captionSize + 7 : 0;
  const texts: string[] = [];
  const write = (text: string, x: number, y: number, size: number, style: string): void => {
    texts.push(`<text x="${x}" y="${y}" font-size="${size}" ${style}>${escapeXml(text)}</text>`);
  };

  let top = margin;
  const middle = 'text-anchor="middle"';
  if (labels.title) write(labels.title, margin, (top += 18), 18, `font-weight="bold" fill="${ink}"`);
  if (labels.subtitle) write(labels.subtitle, margin, (top += 21), captionSize + 1, `fill="${faded}"`);
  if (labels.title || labels.subtitle) top += 16;
  if (labels.columns) {
    top += labelSize;
    labels.columns.forEach((label, i) => {
      const centre = left + i * (cell + gap) + cell / 2;
      write(shorten(label, labelSize, cell), centre, top, labelSize, `${middle} fill="${ink}"`);
    });
    top += 9;
  }
  const rowTop = (row: number): number => top + row * (cell + captionHeight + gap);
  rows.forEach((_, row) => {
    const label = labels.rows?.[row];
    if (label) write(label, margin, rowTop(row) + cell / 2 + labelSize * 0.35, labelSize, `fill="${ink}"`);
    labels.captions?.[row]?.forEach((caption, i) => {
      const centre = left + i * (cell + gap) + cell / 2;
      const y = rowTop(row) + cell + captionSize + 4;
      write(shorten(caption, captionSize, cell), centre, y, captionSize, `${middle} fill="${faded}"`);
    });
  });

  const textEnd = Math.max(
    textWidth(labels.title ?? '', 18, 'bold'),
    textWidth(labels.subtitle ?? '', captionSize + 1),
  );
  const width = Math.ceil(Math.max(left + columnCount * (cell + gap) - gap, margin + textEnd) + margin);
  const height = rowTop(rows.length) - gap + margin;
  const largest = Math.max(...rows.flat().map((image) => (image ? Math.max(image.width, image.height) : 0)));
  const sheet = renderSvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${drawingFont}">` +
      `${texts.join('')}</svg>`,
  );
  rows.forEach((row, r) =>
    row.forEach((image, i) => {
      if (image)
        paste(
          sheet,
          fit(image, cell, labels.alike ? largest : undefined),
          left + i * (cell + gap),
          rowTop(r),
          cell,
        );
    }),
  );
  return sheet;
}

/** Scales a picture to fill as much of a square of `side` pixels as it can, or as one of `longest` pixels could, RGB. */
function fit(image: Image, side: number, longest = Math.max(image.width, image.height)): Image {
  if (longest <= side) return enlarge(withChannels(image, 3), Math.floor(side / longest));
  const scale = side / longest;
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  return resizeImage(withChannels(image, 3), width, height, 'bilinear');
}

/** Copies a picture into the middle of the square cell at (left, top). */
function paste(sheet: Image, image: Image, left: number, top: number, side: number): void {
  const x = left + Math.floor((side - image.width) / 2);
  const y = top + Math.floor((side - image.height) / 2);
  for (let row = 0; row < image.height; row++) {
    const line = image.data.subarray(3 * row * image.width, 3 * (row + 1) * image.width);
    sheet.data.set(line, 3 * ((y + row) * sheet.width + x));
  }
}

function shorten(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  let length = text.length - 1;
  while (length > 1 && textWidth(`${text.slice(0, length)}…`, size) > width) length--;
  return `${text.slice(0, length).trimEnd()}…`;
}
