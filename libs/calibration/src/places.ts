import type { AnomalyMap } from '@fsad/detector';
import { mean } from './threshold.ts';

/** What maps of good pictures have, place by place, above or below their own mean. Coarse, row by row. */
export interface Places {
  readonly width: number;
  readonly height: number;
  readonly data: readonly number[];
}

/** Longer side of the grid of places. */
const GRID = 32;

/**
 * Maps of good pictures that agree this much, as the mean correlation of two pictures' places, are of aligned pictures:
 * what glows in one glows in the others at the same place.
 */
export const ALIGNED = 0.3;

/** What a map reaches in each cell of a grid whose longer side is 32, or its own where that is smaller, less the mean over cells. */
export function placesOf({ width, height, data }: AnomalyMap): Places {
  const scale = Math.min(1, GRID / Math.max(width, height));
  const columns = Math.max(1, Math.round(width * scale));
  const rows = Math.max(1, Math.round(height * scale));
  const cells = new Float64Array(columns * rows).fill(-Infinity);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * rows) / height) * columns;
    for (let x = 0; x < width; x++) {
      const cell = row + Math.floor((x * columns) / width);
      cells[cell] = Math.max(cells[cell], data[y * width + x]);
    }
  }
  const centre = mean(cells);
  return { width: columns, height: rows, data: Array.from(cells, (value) => value - centre) };
}

/** How much pictures agree on where their maps are high: the mean correlation of two of them; 0 for fewer than two, or for shapes that differ. */
export function agreement(pictures: readonly Places[]): number {
  const first = pictures[0];
  if (pictures.length < 2 || pictures.some((p) => p.width !== first.width || p.height !== first.height))
    return 0;
  const correlations: number[] = [];
  for (const [i, a] of pictures.entries()) {
    for (const b of pictures.slice(0, i)) {
      const norm = Math.sqrt(dot(a.data, a.data) * dot(b.data, b.data));
      correlations.push(norm > 0 ? dot(a.data, b.data) / norm : 0);
    }
  }
  return mean(correlations);
}

/** What places have in common over pictures of one shape: their mean, then the highest of neighbours, since no picture lies exactly as another. */
export function commonPlaces(pictures: readonly Places[]): Places {
  const { width, height } = pictures[0];
  const average = Array.from({ length: width * height }, (_, i) => mean(pictures.map(({ data }) => data[i])));
  const data = average.map((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    let highest = -Infinity;
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        highest = Math.max(highest, average[ny * width + nx]);
      }
    }
    return highest;
  });
  return { width, height, data };
}

/** A map less what its places have in common, stretched over it bilinearly. */
export function withoutPlaces(map: AnomalyMap, places: Places | null): AnomalyMap {
  if (!places) return map;
  const { width, height } = map;
  const data = new Float32Array(map.data.length);
  const columns = taps(width, places.width);
  for (const [y, row] of taps(height, places.height).entries()) {
    for (const [x, column] of columns.entries()) {
      const near = between(places, row.near, column);
      const far = between(places, row.far, column);
      data[y * width + x] = map.data[y * width + x] - near * (1 - row.share) - far * row.share;
    }
  }
  return { width, height, data };
}

interface Tap {
  readonly near: number;
  readonly far: number;
  readonly share: number;
}

/** The value of a row between two of its cells. */
function between({ width, data }: Places, row: number, { near, far, share }: Tap): number {
  return data[row * width + near] * (1 - share) + data[row * width + far] * share;
}

/** Between which two of `from` cells each of `to` pixel centres lies. */
function taps(to: number, from: number): Tap[] {
  return Array.from({ length: to }, (_, i) => {
    const position = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const near = Math.floor(position);
    return { near, far: Math.min(near + 1, from - 1), share: position - near };
  });
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);
