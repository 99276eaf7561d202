import { randomStream, tensor, type Tensor } from '@fsad/tensors';
import type { AdamSettings, Batch, Canvas, CanvasWindow, NetworkSpec, NetworkState } from '../engine.ts';
import { runningShapes, trainableShapes } from '../layout.ts';

/** Adam as the published code sets it. */
export const ADAM: AdamSettings = { learningRate: 5e-4, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };

/** A state far from any symmetry: no bias is zero, no norm is the identity. */
export function exampleState(spec: NetworkSpec, seed = 1): NetworkState {
  const state = new Map<string, Tensor>();
  for (const [name, shape] of [...trainableShapes(spec), ...runningShapes(spec)]) {
    const values = tensor(shape);
    const noise = randomStream(seed, name).normal(values.data.length);
    const spread = name.endsWith('conv.weight') ? 1 / Math.sqrt(9 * shape[2]) : 0.2;
    const centre = name.endsWith('norm.weight') || name.endsWith('runningVariance') ? 1 : 0;
    noise.forEach((value, i) => (values.data[i] = centre + spread * Math.max(-3, Math.min(3, value))));
    state.set(name, values);
  }
  return state;
}

/** Pixels uniform in [-1, 1]. */
export function exampleImages(length: number, name: string): Float32Array {
  const stream = randomStream(7, name);
  return Float32Array.from({ length }, () => 2 * stream.uniform() - 1);
}

interface BatchShape {
  readonly count: number;
  readonly side: number;
  readonly channels: number;
}

/** A canvas of random pixels. */
export function exampleCanvas(
  { count, channels }: BatchShape,
  height: number,
  width: number,
  windows: readonly CanvasWindow[],
  name = 'canvas',
): Canvas {
  return { images: exampleImages(count * height * width * channels, name), height, width, windows };
}

/** `copies` separate copies, each a canvas of its own; labels count up from 0. */
export function separateBatch(shape: BatchShape, copies: number, name = 'separate'): Batch {
  const canvases = Array.from({ length: copies }, (_, label) =>
    exampleCanvas(shape, shape.side, shape.side, [{ top: 0, left: 0, label }], `${name}/${label}`),
  );
  return { ...shape, canvases };
}

/**
 * Three kinds of canvas in one batch: a large one with nine shifts, one where only a cross is covered and two windows coincide,
 * and a single copy; nine labels in all.
 */
export function sharedBatch(shape: BatchShape, shift = 2, name = 'shared'): Batch {
  const { side } = shape;
  const nine = Array.from({ length: 9 }, (_, i) => {
    return { top: Math.trunc(i / 3) * shift, left: (i % 3) * shift, label: i };
  });
  const cross = [nine[1], nine[3], nine[5], nine[7], { ...nine[7], label: 2 }];
  const large = side + 2 * shift;
  return {
    ...shape,
    canvases: [
      exampleCanvas(shape, large, large, nine, `${name}/nine`),
      exampleCanvas(shape, large, large, cross, `${name}/cross`),
      exampleCanvas(shape, side, side + 1, [{ top: 0, left: 1, label: 4 }], `${name}/one`),
    ],
  };
}

/** The same copies, each cut out into a canvas of its own. */
export function cutApart(batch: Batch): Batch {
  const { count, side, channels } = batch;
  const canvases = batch.canvases.flatMap((canvas) =>
    canvas.windows.map(({ top, left, label }): Canvas => {
      const images = new Float32Array(count * side * side * channels);
      forEachWindowPixel(batch, canvas, top, left, (from, to) => (images[to] = canvas.images[from]));
      return { images, height: side, width: side, windows: [{ top: 0, left: 0, label }] };
    }),
  );
  return { ...batch, canvases };
}

/** Adds gradients of `cutApart(batch)` up to gradients of the canvases they were cut from. */
export function putTogether(batch: Batch, pieces: readonly Float32Array[]): Float32Array[] {
  let next = 0;
  return batch.canvases.map((canvas) => {
    const sum = new Float32Array(canvas.images.length);
    for (const { top, left } of canvas.windows) {
      const piece = pieces[next++];
      forEachWindowPixel(batch, canvas, top, left, (to, from) => (sum[to] += piece[from]));
    }
    return sum;
  });
}

function forEachWindowPixel(
  { count, side, channels }: BatchShape,
  canvas: Canvas,
  top: number,
  left: number,
  visit: (onCanvas: number, inWindow: number) => void,
): void {
  for (let n = 0; n < count; n++) {
    for (let y = 0; y < side; y++) {
      const row = ((n * canvas.height + top + y) * canvas.width + left) * channels;
      for (let i = 0; i < side * channels; i++) visit(row + i, (n * side + y) * side * channels + i);
    }
  }
}
