import type { Image } from './image.ts';
import { scaleValue, valueChannel } from './hsv.ts';

const TILES = 8;
const CLIP_LIMIT = 2;

/** Contrast-limited adaptive equalisation of the value channel of 8-bit HSV: clip limit 2.0, 8 x 8 tiles (docs/presets.md#3.3, 3.8), as OpenCV to the bit. */
export function equaliseClahe(image: Image): Image {
  if (image.channels === 1) return { ...image, data: clahe(image.data, image.width, image.height) };
  return scaleValue(image, clahe(valueChannel(image), image.width, image.height));
}

/** Global histogram equalisation of every channel by itself (Sec. 3.1: "histogram equalisation in RGB space"), as OpenCV's `equalizeHist`. */
export function equaliseHistogram(image: Image): Image {
  const data = new Uint8Array(image.data.length);
  for (let channel = 0; channel < image.channels; channel++) {
    const table = equalisingTable(image.data, channel, image.channels);
    for (let i = channel; i < data.length; i += image.channels) data[i] = table[image.data[i]];
  }
  return { ...image, data };
}

/** Spreads the levels above the lowest one over 0 .. 255 by their cumulative counts; a constant channel stays as it is. */
function equalisingTable(data: Uint8Array, channel: number, channels: number): Uint8Array {
  const counts = new Uint32Array(256);
  for (let i = channel; i < data.length; i += channels) counts[data[i]]++;
  const lowest = counts.findIndex((count) => count > 0);
  const total = data.length / channels;
  const rest = total - counts[lowest];
  if (rest === 0) return Uint8Array.from({ length: 256 }, (_, level) => level);
  const table = new Uint8Array(256);
  let cumulative = 0;
  for (let level = lowest + 1; level < 256; level++) {
    cumulative += counts[level];
    table[level] = halfEven(Math.fround(cumulative * Math.fround(255 / rest)));
  }
  return table;
}

/** CLAHE of one 8-bit channel of width x height: a table for each tile, bilinear between the centres of tiles, clamped at the edges. */
export function clahe(values: Uint8Array, width: number, height: number): Uint8Array {
  const tileWidth = Math.ceil(width / TILES);
  const tileHeight = Math.ceil(height / TILES);
  const tables = tileTables(values, width, height, tileWidth, tileHeight);
  const across = neighbours(width, tileWidth);
  const down = neighbours(height, tileHeight);
  const result = new Uint8Array(values.length);
  for (let y = 0; y < height; y++) {
    const upper = down.first[y] * TILES * 256;
    const lower = down.second[y] * TILES * 256;
    const lowerShare = down.share[y];
    const upperShare = Math.fround(1 - lowerShare);
    for (let x = 0; x < width; x++) {
      const level = values[y * width + x];
      const left = across.first[x];
      const right = across.second[x];
      const rightShare = across.share[x];
      const leftShare = Math.fround(1 - rightShare);
      const toLeft = left * 256 + level;
      const toRight = right * 256 + level;
      const top = Math.fround(
        Math.fround(tables[upper + toLeft] * leftShare) + Math.fround(tables[upper + toRight] * rightShare),
      );
      const bottom = Math.fround(
        Math.fround(tables[lower + toLeft] * leftShare) + Math.fround(tables[lower + toRight] * rightShare),
      );
      result[y * width + x] = halfEven(
        Math.fround(Math.fround(top * upperShare) + Math.fround(bottom * lowerShare)),
      );
    }
  }
  return result;
}

/** [64 tiles, 256 levels]; sides that 8 does not divide are extended at the bottom and right by reflection without the edge pixel. */
function tileTables(
  values: Uint8Array,
  width: number,
  height: number,
  tileWidth: number,
  tileHeight: number,
): Uint8Array {
  const area = tileWidth * tileHeight;
  const limit = Math.max(Math.trunc((CLIP_LIMIT * area) / 256), 1);
  const scale = Math.fround(255 / area);
  const tables = new Uint8Array(TILES * TILES * 256);
  const counts = new Int32Array(256);
  for (let tile = 0; tile < TILES * TILES; tile++) {
    counts.fill(0);
    const top = Math.floor(tile / TILES) * tileHeight;
    const left = (tile % TILES) * tileWidth;
    for (let y = top; y < top + tileHeight; y++) {
      const row = reflected(y, height) * width;
      for (let x = left; x < left + tileWidth; x++) counts[values[row + reflected(x, width)]]++;
    }
    clip(counts, limit);
    let cumulative = 0;
    for (let level = 0; level < 256; level++) {
      cumulative += counts[level];
      tables[tile * 256 + level] = Math.min(halfEven(Math.fround(cumulative * scale)), 255);
    }
  }
  return tables;
}

/** Cuts every count at `limit` and spreads the excess once: an equal share to all, the rest one each at a stride. */
function clip(counts: Int32Array, limit: number): void {
  let excess = 0;
  for (let level = 0; level < 256; level++) {
    excess += Math.max(counts[level] - limit, 0);
    counts[level] = Math.min(counts[level], limit);
  }
  const share = Math.floor(excess / 256);
  let rest = excess - share * 256;
  for (let level = 0; level < 256; level++) counts[level] += share;
  if (rest === 0) return;
  const stride = Math.max(Math.floor(256 / rest), 1);
  for (let level = 0; level < 256 && rest > 0; level += stride, rest--) counts[level]++;
}

/** For each position the two tiles whose centres enclose it, and the share of the second. */
function neighbours(
  side: number,
  tile: number,
): { first: Int32Array; second: Int32Array; share: Float32Array } {
  const first = new Int32Array(side);
  const second = new Int32Array(side);
  const share = new Float32Array(side);
  const inverse = Math.fround(1 / tile);
  for (let i = 0; i < side; i++) {
    const position = Math.fround(Math.fround(i * inverse) - 0.5);
    const lower = Math.floor(position);
    share[i] = position - lower;
    first[i] = Math.max(lower, 0);
    second[i] = Math.min(lower + 1, TILES - 1);
  }
  return { first, second, share };
}

/** The index inside 0 .. side - 1 that `index` beyond the end mirrors, edge pixel not repeated. */
function reflected(index: number, side: number): number {
  if (side === 1) return 0;
  const wrapped = index % (2 * side - 2);
  return wrapped < side ? wrapped : 2 * side - 2 - wrapped;
}

/** Rounds to the nearest integer, halves to even. */
function halfEven(value: number): number {
  const floor = Math.floor(value);
  const part = value - floor;
  return part > 0.5 || (part === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
