import { withChannels } from './channels.ts';
import { inferno } from './colour-map.ts';
import type { Image } from './image.ts';

/** Values of an image's pixels, row by row, e.g. an anomaly map. */
export interface ValueMap {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** The values drawn as the lowest and the highest colour. */
export interface ValueRange {
  readonly low: number;
  readonly high: number;
}

/**
 * One range for all maps of a set, so that their colours can be compared: from the median to the 99.5th percentile of all
 * values. What half of all pixels reach is background; single hot pixels do not set the scale.
 * @throws RangeError when there is no value or one is not finite
 */
export function commonRange(maps: readonly ValueMap[]): ValueRange {
  const values = new Float32Array(maps.reduce((sum, map) => sum + map.data.length, 0));
  let offset = 0;
  for (const map of maps) {
    values.set(map.data, offset);
    offset += map.data.length;
  }
  if (values.length === 0) throw new RangeError('a range of colours needs at least one map');
  values.sort();
  const [first, last] = [values[0], values[values.length - 1]];
  if (!Number.isFinite(first) || !Number.isFinite(last)) {
    throw new RangeError('a map holds values that are not finite; it cannot be drawn');
  }
  const low = values[Math.floor(0.5 * (values.length - 1))];
  const high = values[Math.ceil(0.995 * (values.length - 1))];
  if (high > low) return { low, high };
  return last > first ? { low: first, high: last } : { low: first, high: first + 1 };
}

/** The map alone in inferno colours, RGB, one pixel a value; values outside the range take its end colours. */
export function heatMap(map: ValueMap, range: ValueRange): Image {
  const data = new Uint8Array(3 * map.width * map.height);
  for (let i = 0; i < map.data.length; i++) {
    data.set(colour(fractionOf(map.data[i], range)), 3 * i);
  }
  return { width: map.width, height: map.height, channels: 3, data };
}

/**
 * Lays a map over its image: the image in muted grey, coloured the stronger the higher the value. RGB, size of the image;
 * a map of another size is stretched over it bilinearly.
 */
export function heatMapOverlay(image: Image, map: ValueMap, range: ValueRange): Image {
  const { width, height, channels } = image;
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      const grey = luminance(image.data, pixel * channels, channels);
      const heat = fractionOf(sample(map, (x + 0.5) / width, (y + 0.5) / height), range);
      const [red, green, blue] = colour(heat);
      const strength = 0.9 * heat;
      const muted = (1 - strength) * (0.75 * grey + 24);
      data[3 * pixel] = Math.round(muted + strength * red);
      data[3 * pixel + 1] = Math.round(muted + strength * green);
      data[3 * pixel + 2] = Math.round(muted + strength * blue);
    }
  }
  return { width, height, channels: 3, data };
}

/**
 * Draws the outline of a mask's regions into a copy of the image, RGB.
 *
 * The mask (non-zero inside) is stretched over the image without smoothing; the line lies just inside the regions.
 * @param options.colour red, green, blue; a red when left out
 * @param options.thickness of the line in pixels of the image, 1 when left out
 */
export function outlineMask(
  image: Image,
  mask: { readonly width: number; readonly height: number; readonly data: ArrayLike<number> },
  options: { colour?: readonly [number, number, number]; thickness?: number } = {},
): Image {
  const { colour: line = [255, 45, 45], thickness = 1 } = options;
  const { width, height } = image;
  const inside = (x: number, y: number): boolean => {
    const column = Math.floor(((x + 0.5) * mask.width) / width);
    const row = Math.floor(((y + 0.5) * mask.height) / height);
    return mask.data[row * mask.width + column] !== 0;
  };
  const nearEdge = (x: number, y: number): boolean => {
    for (let ny = Math.max(0, y - thickness); ny <= Math.min(height - 1, y + thickness); ny++) {
      for (let nx = Math.max(0, x - thickness); nx <= Math.min(width - 1, x + thickness); nx++) {
        if (!inside(nx, ny)) return true;
      }
    }
    return false;
  };
  const rgb = withChannels(image, 3);
  const outlined = { ...rgb, data: rgb.data.slice() };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (inside(x, y) && nearEdge(x, y)) outlined.data.set(line, 3 * (y * width + x));
    }
  }
  return outlined;
}

/** Repeats every pixel `factor` times in both directions, so that small pictures stay crisp when shown large. */
export function enlarge(image: Image, factor: number): Image {
  if (!Number.isInteger(factor) || factor < 1) {
    throw new RangeError(`a picture is enlarged by a whole factor of at least 1, got ${factor}`);
  }
  const { channels } = image;
  const width = image.width * factor;
  const height = image.height * factor;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / factor) * image.width;
    for (let x = 0; x < width; x++) {
      const from = (row + Math.floor(x / factor)) * channels;
      for (let c = 0; c < channels; c++) data[(y * width + x) * channels + c] = image.data[from + c];
    }
  }
  return { width, height, channels, data };
}

function fractionOf(value: number, { low, high }: ValueRange): number {
  return Math.min(1, Math.max(0, (value - low) / (high - low)));
}

function colour(fraction: number): Uint8Array {
  const step = Math.round(255 * fraction);
  return inferno.subarray(3 * step, 3 * step + 3);
}

/** Rec. 601 luma of the pixel that starts at `offset`. */
function luminance(data: Uint8Array, offset: number, channels: 1 | 3): number {
  if (channels === 1) return data[offset];
  return 0.299 * data[offset] + 0.587 * data[offset + 1] + 0.114 * data[offset + 2];
}

/** The map at another size, bilinear, pixel centres at half steps: a map is brought to a mask, never a mask to a map. */
export function stretchMap(map: ValueMap, width: number, height: number): ValueMap {
  if (map.width === width && map.height === height) return map;
  const columns = steps(width, map.width);
  const rows = steps(height, map.height);
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const upper = rows.first[y] * map.width;
    const lower = rows.second[y] * map.width;
    for (let x = 0; x < width; x++) {
      const [left, right] = [columns.first[x], columns.second[x]];
      const across = columns.share[x];
      const above = map.data[upper + left] + across * (map.data[upper + right] - map.data[upper + left]);
      const below = map.data[lower + left] + across * (map.data[lower + right] - map.data[lower + left]);
      data[y * width + x] = above + rows.share[y] * (below - above);
    }
  }
  return { width, height, data };
}

/** Between which two source pixels each target pixel lies, and how far from the first. */
function steps(
  target: number,
  source: number,
): { first: Int32Array; second: Int32Array; share: Float64Array } {
  const places = Float64Array.from({ length: target }, (_, i) =>
    Math.min(source - 1, Math.max(0, ((i + 0.5) * source) / target - 0.5)),
  );
  const first = Int32Array.from(places, Math.floor);
  return {
    first,
    second: first.map((at) => Math.min(source - 1, at + 1)),
    share: places.map((place, i) => place - first[i]),
  };
}

/** Bilinear value at a place given in fractions of width and height, pixel centres at half steps. */
function sample({ width, height, data }: ValueMap, across: number, down: number): number {
  const x = Math.min(width - 1, Math.max(0, across * width - 0.5));
  const y = Math.min(height - 1, Math.max(0, down * height - 0.5));
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [x1, y1] = [Math.min(width - 1, x0 + 1), Math.min(height - 1, y0 + 1)];
  const upper = data[y0 * width + x0] + (x - x0) * (data[y0 * width + x1] - data[y0 * width + x0]);
  const lower = data[y1 * width + x0] + (x - x0) * (data[y1 * width + x1] - data[y1 * width + x0]);
  return upper + (y - y0) * (lower - upper);
}
