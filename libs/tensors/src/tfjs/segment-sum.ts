import type { KernelFunc, TensorInfo, UnsortedSegmentSumAttrs } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { allocate, floatsOf } from './wasm-memory.ts';

/** Sums the rows of x by segment, for the wasm backend, which ships none; `tf.gather` needs it for its gradient. */
export const unsortedSegmentSum: KernelFunc = ({ inputs, attrs, backend: untyped }) => {
  const backend = untyped as BackendWasm;
  const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo };
  const { numSegments } = attrs as unknown as UnsortedSegmentSumAttrs;
  const segments = Int32Array.from(backend.typedArrayFromHeap(segmentIds) as Int32Array);
  const rest = x.shape.slice(segmentIds.shape.length);
  const width = rest.reduce((product, side) => product * side, 1);
  const result = allocate(backend, [numSegments, ...rest]);
  const target = floatsOf(backend, result);
  const source = floatsOf(backend, x);
  target.fill(0);
  segments.forEach((segment, row) => {
    if (segment < 0 || segment >= numSegments) return;
    for (let i = 0; i < width; i++) target[segment * width + i] += source[row * width + i];
  });
  return result;
};
