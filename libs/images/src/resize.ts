import { tensor, type Tensor } from '@fsad/tensors';
import { fromLevels, toLevels } from './levels.ts';

/**
 * How a resize treats the pixels beyond the edge. `mirror`: they mirror those inside, edge pixel repeated. `official`: so at the bottom and
 * right, but at the top and left the kernel is cut and renormalised, as in the published code (docs/presets.md#2.10).
 */
export type Border = 'official' | 'mirror';

/** One axis of a resize as a sparse matrix: output i is the weighted sum of `taps` inputs. */
export interface Resampler {
  readonly input: number;
  readonly output: number;
  readonly taps: number;
  /** [output, taps]: where each tap reads. */
  readonly indices: Int32Array;
  /** [output, taps]: rows sum to 1. */
  readonly weights: Float64Array;
}

/** Keys' cubic convolution kernel with a = -0.5. */
export function cubic(x: number): number {
  const d = Math.abs(x);
  if (d <= 1) return (1.5 * d - 2.5) * d * d + 1;
  return d <= 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
}

/**
 * The MATLAB-like bicubic resize of one axis, kernel stretched by 1/scale when shrinking (docs/presets.md#2.9). `scale` places the kernel: the ratio of
 * the sides unless a nominal one is given. Cached; treat as read-only.
 * @throws RangeError when a side is no positive integer or the scale not positive.
 */
export function resampler(input: number, output: number, border: Border, scale = output / input): Resampler {
  const key = `${input}/${output}/${border}/${scale}`;
  let found = cache.get(key);
  if (!found) {
    if (cache.size >= CACHE_LIMIT) cache.clear();
    found = buildResampler(input, output, border, scale);
    cache.set(key, found);
  }
  return found;
}

const CACHE_LIMIT = 256;
const cache = new Map<string, Resampler>();

function buildResampler(input: number, output: number, border: Border, scale: number): Resampler {
  if (!(Number.isInteger(input) && Number.isInteger(output) && input > 0 && output > 0 && scale > 0)) {
    throw new RangeError(
      `cannot resize a side of ${input} to ${output} by ${scale}: all three must be positive`,
    );
  }
  const stretch = Math.min(scale, 1);
  const width = 4 / stretch;
  const taps = Math.ceil(width) + 2;
  const indices = new Int32Array(output * taps);
  const weights = new Float64Array(output * taps);
  for (let i = 0; i < output; i++) {
    const centre = (i + 1) / scale + 0.5 * (1 - 1 / scale);
    const first = Math.floor(centre - width / 2);
    let sum = 0;
    for (let j = 0; j < taps; j++) {
      const position = first + j;
      const weight =
        border === 'official' && position < 1 ? 0 : stretch * cubic(stretch * (centre - position));
      indices[i * taps + j] = mirrored(position - 1, input);
      weights[i * taps + j] = weight;
      sum += weight;
    }
    for (let j = 0; j < taps; j++) weights[i * taps + j] /= sum;
  }
  return { input, output, taps, indices, weights };
}

/** The index inside 0 .. side - 1 that `index` mirrors, edge pixel repeated. */
function mirrored(index: number, side: number): number {
  const period = 2 * side;
  const wrapped = ((index % period) + period) % period;
  return wrapped < side ? wrapped : period - 1 - wrapped;
}

/**
 * Applies two resamplers to `count` images of `channels` interleaved values: rows.input x columns.input becomes rows.output x columns.output.
 * @throws RangeError when the values are not as many as the sides say.
 */
export function resample(
  values: ArrayLike<number>,
  count: number,
  channels: number,
  rows: Resampler,
  columns: Resampler,
): Float64Array {
  if (values.length !== count * rows.input * columns.input * channels) {
    throw new RangeError(
      `${values.length} values are not ${count} x ${rows.input} x ${columns.input} x ${channels}`,
    );
  }
  const tall = new Float64Array(count * rows.output * columns.input * channels);
  spread(values, tall, count, columns.input * channels, rows);
  const result = new Float64Array(count * rows.output * columns.output * channels);
  spread(tall, result, count * rows.output, channels, columns);
  return result;
}

/** For each of `blocks` blocks of `axis.input` runs of `run` values: every output run is the weighted sum of its tap runs. */
function spread(
  from: ArrayLike<number>,
  to: Float64Array,
  blocks: number,
  run: number,
  axis: Resampler,
): void {
  const { input, output, taps, indices, weights } = axis;
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < output; i++) {
      const target = (block * output + i) * run;
      for (let j = i * taps; j < (i + 1) * taps; j++) {
        const weight = weights[j];
        if (weight === 0) continue;
        const source = (block * input + indices[j]) * run;
        for (let c = 0; c < run; c++) to[target + c] += weight * from[source + c];
      }
    }
  }
}

/** Resizes images [k, h, w, c] without rounding or clamping. */
export function resize(images: Tensor, rows: Resampler, columns = rows): Tensor {
  const [count, , , channels] = images.shape;
  const values = resample(images.data, count, channels, rows, columns);
  return tensor([count, rows.output, columns.output, channels], Float32Array.from(values));
}

/** Resizes images [k, h, w, c] as the published code does: truncated to 8 bit before, clamped to [-1, 1] after (docs/presets.md#2.11, 2.12). */
export function resizeQuantised(images: Tensor, rows: Resampler, columns = rows): Tensor {
  const [count, , , channels] = images.shape;
  const levels = resample(toLevels(images.data), count, channels, rows, columns);
  return tensor([count, rows.output, columns.output, channels], fromLevels(levels));
}
