import { resizeImage, type Image } from '@fsad/images';
import { connectedComponents } from '@fsad/metrics';

/** Where a long thing lies in a picture; lengths in pixels, the middle of the first pixel at (0.5, 0.5). */
export interface Pose {
  /** The middle of its extents. */
  readonly x: number;
  readonly y: number;
  /** Direction of its heavy end, in radians from the right towards the bottom. */
  readonly angle: number;
  /** Extents along and across. */
  readonly length: number;
  readonly width: number;
}

/** A picture is looked at with its longer side reduced to so many pixels. */
const SIDE = 160;
/** Of the border, the share that may not look like the background. */
const BORDER = 0.05;
/** Of what does not look like the background, the share that must hang together. */
const WHOLE = 0.8;
/** Least and largest share of the picture that a thing takes. */
const AREA = [0.01, 0.5] as const;
/** A thing is long when it spreads so many times as far along as across: only then its moments say how it lies. */
const LONG = 2;

/** Finds the one long thing that lies on a plain background; null where there is none, or more, or it is not long. */
export function findThing(image: Image): Pose | null {
  const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(scale * side)));
  const small = resizeImage(image, width, height, 'bilinear');
  const unlike = differenceFromBorder(small);
  const threshold = otsu(unlike);
  const mask = unlike.map((value) => Number(value > threshold));
  if (meanOf(borderOf(width, height).map((at) => mask[at])) > BORDER) return null;
  const { labels, sizes } = connectedComponents({ width, height, data: mask });
  const largest = sizes.reduce((most, size, i) => (size > sizes[most] ? i : most), 0);
  const area = sizes[largest] / mask.length;
  if (!(sizes[largest] >= WHOLE * sizes.reduce((a, b) => a + b, 0))) return null;
  if (area < AREA[0] || area > AREA[1]) return null;
  const places = [...labels.keys()].filter((at) => labels[at] === largest + 1);
  const xs = places.map((at) => ((at % width) + 0.5) * (image.width / width));
  const ys = places.map((at) => (Math.floor(at / width) + 0.5) * (image.height / height));
  return poseOf(xs, ys);
}

/** The pose of a cloud of points; null where it is not long. */
function poseOf(xs: readonly number[], ys: readonly number[]): Pose | null {
  const [mx, my] = [meanOf(xs), meanOf(ys)];
  const about = (power: (dx: number, dy: number) => number): number =>
    meanOf(xs.map((x, i) => power(x - mx, ys[i] - my)));
  const [xx, yy, xy] = [about((dx) => dx * dx), about((_, dy) => dy * dy), about((dx, dy) => dx * dy)];
  const apart = Math.hypot((xx - yy) / 2, xy);
  const [most, least] = [(xx + yy) / 2 + apart, (xx + yy) / 2 - apart];
  if (most < LONG ** 2 * Math.max(least, 1e-9)) return null;
  const axis = Math.atan2(2 * xy, xx - yy) / 2;
  // The heavy end is nearer to the centre of gravity than the light one: the tail of the third moment lies the other way.
  const [cos, sin] = [Math.cos(axis), Math.sin(axis)];
  const turned = about((dx, dy) => (cos * dx + sin * dy) ** 3) > 0;
  const along = extent(xs.map((x, i) => cos * (x - mx) + sin * (ys[i] - my)));
  const across = extent(xs.map((x, i) => -sin * (x - mx) + cos * (ys[i] - my)));
  return {
    x: mx + cos * along.middle - sin * across.middle,
    y: my + sin * along.middle + cos * across.middle,
    angle: turned ? axis + Math.PI : axis,
    length: along.span,
    width: across.span,
  };
}

function extent(values: readonly number[]): { readonly middle: number; readonly span: number } {
  const [low, high] = values.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [Infinity, -Infinity],
  );
  return { middle: (low + high) / 2, span: high - low };
}

/** For each pixel the largest difference of a channel from the middle value of the picture's border. */
function differenceFromBorder({ width, height, channels, data }: Image): Float32Array {
  const border = borderOf(width, height);
  const usual = Array.from({ length: channels }, (_, c) => {
    const values = border.map((at) => data[at * channels + c]).sort((a, b) => a - b);
    return values[values.length >> 1];
  });
  return Float32Array.from({ length: width * height }, (_, at) =>
    usual.reduce((most, value, c) => Math.max(most, Math.abs(data[at * channels + c] - value)), 0),
  );
}

/** The outermost pixels of a picture, two deep. */
function borderOf(width: number, height: number): number[] {
  return Array.from({ length: width * height }, (_, at) => at).filter((at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return Math.min(x, y, width - 1 - x, height - 1 - y) < 2;
  });
}

/** The level of 0 to 255 that parts values best into two kinds (Otsu 1979). */
function otsu(values: Float32Array): number {
  const counts = new Float64Array(256);
  for (const value of values) counts[Math.round(value)]++;
  const total = counts.reduce((sum, count, level) => sum + count * level, 0);
  let [below, sumBelow, best, threshold] = [0, 0, -1, 0];
  for (let level = 0; level < 255; level++) {
    below += counts[level];
    sumBelow += counts[level] * level;
    const above = values.length - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * (sumBelow / below - (total - sumBelow) / above) ** 2;
    if (between > best) [best, threshold] = [between, level];
  }
  return threshold;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
