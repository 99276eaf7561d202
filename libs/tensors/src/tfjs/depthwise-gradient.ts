import {
  backend_util,
  type DepthwiseConv2dNativeBackpropInputAttrs,
  type KernelFunc,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { allocate, floatsOf, free, run } from './wasm-memory.ts';

type Shape = [number, number, number, number];

/**
 * The gradient of a depthwise convolution with respect to its input, for the wasm backend, which ships none: the output's gradient, its places
 * set a stride apart with zeros between and around them, is filtered by the turned filter.
 * @throws Error for filters with several outputs a channel; TensorFlow.js itself refuses dilated ones.
 */
export const depthwiseInputGradient: KernelFunc = ({ inputs, attrs, backend: untyped }) => {
  const backend = untyped as BackendWasm;
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
  const { strides, dilations, pad, dimRoundingMode, inputShape } =
    attrs as unknown as DepthwiseConv2dNativeBackpropInputAttrs;
  const [rows, columns, channels, multiplier] = filter.shape;
  if (multiplier !== 1)
    throw new Error('on wasm, gradients pass only depthwise filters of one output a channel');
  const info = backend_util.computeConv2DInfo(
    inputShape,
    filter.shape as Shape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
  const [height, width] = [info.inHeight + rows - 1, info.inWidth + columns - 1];
  const spread = allocate(backend, [info.batchSize, height, width, channels]);
  const turned = allocate(backend, [rows, columns, channels, 1]);
  const source = floatsOf(backend, dy);
  const target = floatsOf(backend, spread).fill(0);
  for (let row = 0, from = 0; row < info.batchSize * info.outHeight; row++) {
    const image = Math.floor(row / info.outHeight);
    const y = (row % info.outHeight) * info.strideHeight + rows - 1 - info.padInfo.top;
    for (let column = 0; column < info.outWidth; column++, from += channels) {
      const x = column * info.strideWidth + columns - 1 - info.padInfo.left;
      target.set(source.subarray(from, from + channels), ((image * height + y) * width + x) * channels);
    }
  }
  const taps = floatsOf(backend, filter);
  const back = floatsOf(backend, turned);
  for (let tap = 0; tap < rows * columns; tap++) {
    back.set(taps.subarray(tap * channels, (tap + 1) * channels), (rows * columns - 1 - tap) * channels);
  }
  const result = run(
    backend,
    'DepthwiseConv2dNative',
    { x: spread, filter: turned },
    { strides: [1, 1], pad: 'valid', dilations: [1, 1], dataFormat: 'NHWC' },
  );
  free(backend, spread, turned);
  return result;
};
