import { resizeImage, type Image } from '@fsad/images';
import { bySeries } from './by-series.ts';
import type { AnomalyMap, Detector, FitContext, Inspection, Score } from './detector.ts';

/** Tiles overlap by this share of their side, so that no defect lies on a border only. */
const OVERLAP = 0.125;

/** From this many pixels along the longer side on pictures are cut by themselves, and a tile has about as many. */
const TILE_SIDE = 1280;
const MOST = 3;

/** Tiles along a side that suit pictures of this size: 1 up to 1280 pixels, 3 from 2561 on. */
export function tilesFor(images: readonly { readonly width: number; readonly height: number }[]): number {
  const longest = Math.max(...images.map(({ width, height }) => Math.max(width, height)));
  return Math.min(MOST, Math.max(1, Math.ceil(longest / TILE_SIDE)));
}

/** Longer side in pixels that a picture need not exceed to be cut into so many tiles: each has 640 then, twice what methods look at. */
export const sideForTiles = (tiles: number): number => 640 * tiles;

/** A picture with its longer side brought down to a limit. */
export function reduced(image: Image, side: number): Image {
  const scale = side / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  const to = (length: number): number => Math.max(1, Math.round(length * scale));
  return resizeImage(image, to(image.width), to(image.height), 'bilinear');
}

/** Pictures as a detector with so many tiles along a side sees them: reduced where they are larger than its tiles need. */
export function seenInTiles(images: readonly Image[], tiles: number): readonly Image[] {
  return tiles > 1 ? images.map((image) => reduced(image, sideForTiles(tiles))) : images;
}

/** A part of a picture; pixels from its upper left corner. */
interface Tile {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A detector for large pictures: it learns and looks at N x N overlapping tiles of each as at pictures of their own, so that
 * small defects do not vanish when a method brings pictures to its own size. Pictures larger than their tiles need are reduced
 * first. A picture is as anomalous as its worst tile; maps are put together again. One tile at a time is held beside the picture.
 *
 * @param tiles along a side, 2 or more.
 * @throws RangeError for another number.
 */
export function tiled(inner: Detector, tiles: number): Detector {
  if (!Number.isInteger(tiles) || tiles < 2)
    throw new RangeError(`tiles come 2 or more to a side, got ${tiles}`);
  const side = sideForTiles(tiles);
  const inspect = inner.inspect?.bind(inner);
  const scoreOne = async (image: Image, signal?: AbortSignal): Promise<Score> => {
    let value = -Infinity;
    const seen = reduced(image, side);
    for (const tile of cut(seen, tiles)) {
      const [score] = await inner.score([crop(seen, tile)], signal);
      value = Math.max(value, score.value);
    }
    return { value };
  };
  const inspectAll = async (images: readonly Image[], signal?: AbortSignal): Promise<Inspection> => {
    const scores: Score[] = [];
    const maps: AnomalyMap[] = [];
    for (const whole of images) {
      const image = reduced(whole, side);
      let value = -Infinity;
      const parts: { tile: Tile; map: AnomalyMap }[] = [];
      for (const tile of cut(image, tiles)) {
        const found = await inspect!([crop(image, tile)], signal);
        value = Math.max(value, found.scores[0].value);
        parts.push({ tile, map: found.maps[0] });
      }
      scores.push({ value });
      maps.push(joinMaps(image, parts));
    }
    return { scores, maps };
  };
  return {
    get channels() {
      return inner.channels;
    },
    fit: (images: readonly Image[], context: FitContext) =>
      inner.fit(
        images.flatMap((image) => tilesOf(image, tiles, context.series)),
        context,
      ),
    async score(images, signal) {
      const scores: Score[] = [];
      for (const image of images) scores.push(await scoreOne(image, signal));
      return scores;
    },
    ...(inspect && {
      inspect: inspectAll,
      localize: async (images: readonly Image[], signal?: AbortSignal) =>
        (await inspectAll(images, signal)).maps,
    }),
    save: (directory) => inner.save(directory),
    dispose: () => inner.dispose(),
  };
}

const keptTiles = bySeries(() => new Map<Image, readonly Image[]>());

/** The tiles of a picture, reduced where it is larger than they need; the same objects for all fits of a series, which know pictures by them. */
function tilesOf(whole: Image, tiles: number, series?: object): readonly Image[] {
  const kept = keptTiles(series);
  const known = kept?.get(whole);
  if (known) return known;
  const image = reduced(whole, sideForTiles(tiles));
  const parts = cut(image, tiles).map((tile) => crop(image, tile));
  kept?.set(whole, parts);
  return parts;
}

/** N x N tiles that cover a picture, row by row. */
function cut({ width, height }: { readonly width: number; readonly height: number }, tiles: number): Tile[] {
  const across = spans(width, tiles);
  return spans(height, tiles).flatMap(([top, bottom]) =>
    across.map(([left, right]) => ({ left, top, width: right - left, height: bottom - top })),
  );
}

/** Starts and ends of overlapping spans of equal length. */
function spans(length: number, tiles: number): [number, number][] {
  const span = Math.min(length, Math.ceil((length / tiles) * (1 + OVERLAP)));
  return Array.from({ length: tiles }, (_, i) => {
    const start = Math.round(((length - span) * i) / (tiles - 1));
    return [start, start + span];
  });
}

function crop({ width, channels, data }: Image, tile: Tile): Image {
  const result = new Uint8Array(tile.width * tile.height * channels);
  for (let y = 0; y < tile.height; y++) {
    const start = ((tile.top + y) * width + tile.left) * channels;
    result.set(data.subarray(start, start + tile.width * channels), y * tile.width * channels);
  }
  return { width: tile.width, height: tile.height, channels, data: result };
}

/** One map of the whole picture at the resolution of its tiles' maps; where tiles overlap the farther from a tile's border counts more. */
function joinMaps(
  image: { readonly width: number; readonly height: number },
  parts: readonly { readonly tile: Tile; readonly map: AnomalyMap }[],
): AnomalyMap {
  const [{ tile, map: first }] = parts;
  const width = Math.round((image.width * first.width) / tile.width);
  const height = Math.round((image.height * first.height) / tile.height);
  const sums = new Float32Array(width * height);
  const weights = new Float32Array(width * height);
  for (const { tile: at, map } of parts) {
    const left = Math.round((at.left * width) / image.width);
    const top = Math.round((at.top * height) / image.height);
    for (let y = 0; y < map.height && top + y < height; y++) {
      const down = Math.min(y + 1, map.height - y);
      for (let x = 0; x < map.width && left + x < width; x++) {
        const weight = Math.min(down, x + 1, map.width - x);
        const place = (top + y) * width + left + x;
        sums[place] += weight * map.data[y * map.width + x];
        weights[place] += weight;
      }
    }
  }
  return { width, height, data: fillGaps(sums, weights, width) };
}

/** Weighted means; a place that rounding left without a tile takes its left neighbour's, or the one above. */
function fillGaps(sums: Float32Array, weights: Float32Array, width: number): Float32Array {
  const values = new Float32Array(sums.length);
  for (let i = 0; i < sums.length; i++) {
    if (weights[i] > 0) values[i] = sums[i] / weights[i];
    else values[i] = values[i % width > 0 ? i - 1 : Math.max(0, i - width)];
  }
  return values;
}
