import {
  backend_util,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropInputAttrs,
  type KernelFunc,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { allocate, floatsOf, free, multiply, run } from './wasm-memory.ts';

type Conv2DInfo = backend_util.Conv2DInfo;

/** Floats of unfolded input multiplied at once: small enough to stay near the cache. */
const UNFOLDED_FLOATS = 1 << 20;

/**
 * The gradient of a convolution with respect to its filter, for the wasm backend, which ships none: the input is unfolded
 * image by image into rows [filter taps * input channels, output pixels] and multiplied with the output's gradient
 * [output pixels, output channels].
 */
export const filterGradient: KernelFunc = ({ inputs, attrs, backend: untyped }) => {
  const backend = untyped as BackendWasm;
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } =
    attrs as unknown as Conv2DBackpropFilterAttrs;
  requireChannelsLast(dataFormat);
  const info = backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number],
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const rows = info.filterHeight * info.filterWidth * info.inChannels;
  const pixels = info.outHeight * info.outWidth;
  const together = Math.max(1, Math.min(info.batchSize, Math.floor(UNFOLDED_FLOATS / (rows * pixels))));
  const sum = new Float64Array(rows * info.outChannels);
  const planes = new Float32Array(info.inChannels * info.inHeight * info.inWidth);
  for (let first = 0; first < info.batchSize; first += together) {
    const images = Math.min(together, info.batchSize - first);
    const unfolded = allocate(backend, [rows, images * pixels]);
    const gradient = allocate(backend, [images * pixels, info.outChannels]);
    const input = floatsOf(backend, x);
    const columns = floatsOf(backend, unfolded);
    for (let image = 0; image < images; image++) {
      splitChannels(input, (first + image) * planes.length, info, planes);
      unfold(planes, info, columns, image * pixels, images * pixels);
    }
    const start = first * pixels * info.outChannels;
    floatsOf(backend, gradient).set(
      floatsOf(backend, dy).subarray(start, start + images * pixels * info.outChannels),
    );
    const product = multiply(backend, unfolded, gradient);
    const values = floatsOf(backend, product);
    for (let i = 0; i < sum.length; i++) sum[i] += values[i];
    free(backend, unfolded, gradient, product);
  }
  const result = allocate(backend, [...filterShape]);
  floatsOf(backend, result).set(sum);
  return result;
};

/**
 * The gradient of a convolution with respect to its input, in place of the wasm backend's plain loops: stride 1 is a
 * convolution with the turned filter; other strides multiply and fold back.
 */
export const inputGradient: KernelFunc = ({ inputs, attrs, backend: untyped }) => {
  const backend = untyped as BackendWasm;
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
  const { strides, pad, dataFormat, dimRoundingMode, inputShape } =
    attrs as unknown as Conv2DBackpropInputAttrs;
  requireChannelsLast(dataFormat);
  const info = backend_util.computeConv2DInfo(
    inputShape,
    filter.shape as [number, number, number, number],
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  return info.strideHeight === 1 && info.strideWidth === 1
    ? convolveTurned(backend, dy, filter, info)
    : foldBack(backend, dy, filter, info);
};

function convolveTurned(
  backend: BackendWasm,
  dy: TensorInfo,
  filter: TensorInfo,
  info: Conv2DInfo,
): TensorInfo {
  const { filterHeight, filterWidth, inChannels, outChannels, padInfo } = info;
  const turned = allocate(backend, [filterHeight, filterWidth, outChannels, inChannels]);
  const from = floatsOf(backend, filter);
  const to = floatsOf(backend, turned);
  const taps = filterHeight * filterWidth;
  for (let tap = 0; tap < taps; tap++) {
    const source = (taps - 1 - tap) * inChannels * outChannels;
    const target = tap * inChannels * outChannels;
    for (let i = 0; i < inChannels; i++) {
      for (let o = 0; o < outChannels; o++) {
        to[target + o * inChannels + i] = from[source + i * outChannels + o];
      }
    }
  }
  const top = filterHeight - 1 - padInfo.top;
  const left = filterWidth - 1 - padInfo.left;
  const pad = [
    [0, 0],
    [top, info.inHeight - 1 + filterHeight - info.outHeight - top],
    [left, info.inWidth - 1 + filterWidth - info.outWidth - left],
    [0, 0],
  ];
  const result = run(
    backend,
    'Conv2D',
    { x: dy, filter: turned },
    { strides: 1, pad, dataFormat: 'NHWC', dilations: 1, dimRoundingMode: undefined },
  );
  free(backend, turned);
  return result;
}

function foldBack(backend: BackendWasm, dy: TensorInfo, filter: TensorInfo, info: Conv2DInfo): TensorInfo {
  const { filterHeight, filterWidth, inChannels, outChannels } = info;
  const columns = filterHeight * filterWidth * inChannels;
  const pixels = info.batchSize * info.outHeight * info.outWidth;
  const transposed = allocate(backend, [outChannels, columns]);
  const from = floatsOf(backend, filter);
  const to = floatsOf(backend, transposed);
  for (let i = 0; i < columns; i++) {
    for (let o = 0; o < outChannels; o++) to[o * columns + i] = from[i * outChannels + o];
  }
  const flat = { dataId: dy.dataId, dtype: dy.dtype, shape: [pixels, outChannels] };
  const product = multiply(backend, flat, transposed);
  const result = allocate(backend, [...info.inShape]);
  const source = floatsOf(backend, product);
  const target = floatsOf(backend, result);
  target.fill(0);
  for (let image = 0; image < info.batchSize; image++) fold(source, info, image, target);
  free(backend, transposed, product);
  return result;
}

/** Adds every tap's contribution to the input pixel it was read from. */
function fold(source: Float32Array, info: Conv2DInfo, image: number, target: Float32Array): void {
  const { filterHeight, filterWidth, inHeight, inWidth, inChannels, outHeight, outWidth } = info;
  let position = image * outHeight * outWidth * filterHeight * filterWidth * inChannels;
  for (let row = 0; row < outHeight; row++) {
    for (let column = 0; column < outWidth; column++) {
      for (let a = 0; a < filterHeight; a++) {
        const y = row * info.strideHeight - info.padInfo.top + a;
        for (let b = 0; b < filterWidth; b++, position += inChannels) {
          const x = column * info.strideWidth - info.padInfo.left + b;
          if (y < 0 || y >= inHeight || x < 0 || x >= inWidth) continue;
          const pixel = ((image * inHeight + y) * inWidth + x) * inChannels;
          for (let c = 0; c < inChannels; c++) target[pixel + c] += source[position + c];
        }
      }
    }
  }
}

/** One image's [height, width, channels] as [channels, height, width]. */
function splitChannels(input: Float32Array, start: number, info: Conv2DInfo, planes: Float32Array): void {
  const channels = info.inChannels;
  const size = info.inHeight * info.inWidth;
  for (let c = 0; c < channels; c++) {
    for (let i = 0, from = start + c, to = c * size; i < size; i++, from += channels) {
      planes[to + i] = input[from];
    }
  }
}

/** Writes, for each filter tap and channel, the input value every output pixel sees there; zero outside. */
function unfold(
  planes: Float32Array,
  info: Conv2DInfo,
  columns: Float32Array,
  offset: number,
  rowLength: number,
): void {
  const { inHeight, inWidth, outHeight, outWidth, strideHeight, strideWidth, padInfo } = info;
  let row = offset;
  for (let a = 0; a < info.filterHeight; a++) {
    for (let b = 0; b < info.filterWidth; b++) {
      const shift = b - padInfo.left;
      const from = Math.min(outWidth, Math.max(0, Math.ceil(-shift / strideWidth)));
      const to = Math.max(from, Math.min(outWidth, Math.floor((inWidth - 1 - shift) / strideWidth) + 1));
      for (let c = 0; c < info.inChannels; c++, row += rowLength) {
        if (from > 0 || to < outWidth) columns.fill(0, row, row + outHeight * outWidth);
        for (let i = 0, target = row; i < outHeight; i++, target += outWidth) {
          const y = i * strideHeight - padInfo.top + a;
          if (y < 0 || y >= inHeight) columns.fill(0, target, target + outWidth);
          else
            copyStrided(
              planes,
              (c * inHeight + y) * inWidth + shift + from * strideWidth,
              strideWidth,
              columns,
              target + from,
              to - from,
            );
        }
      }
    }
  }
}

/** Copies `count` values, every `stride`-th of the source. */
function copyStrided(
  source: Float32Array,
  from: number,
  stride: number,
  target: Float32Array,
  to: number,
  count: number,
): void {
  if (stride === 1) {
    if (count > 0) target.set(source.subarray(from, from + count), to);
    return;
  }
  for (let i = 0; i < count; i++) target[to + i] = source[from + i * stride];
}

function requireChannelsLast(dataFormat: string): void {
  if (dataFormat !== 'NHWC') throw new Error(`convolution gradients take NHWC tensors, got ${dataFormat}`);
}
