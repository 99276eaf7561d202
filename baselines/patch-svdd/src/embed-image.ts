import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@fsad/tensors';
import type { PatchSvddConfig } from './config.ts';
import { gridSize } from './map.ts';
import { denseStride, embedding, encodeLarge, encodeSmall, smallPatch, type Weights } from './network.ts';

/**
 * Embeddings of an image's patches on each grid of the configuration, `grid * grid * 64` values each. The small encoder runs
 * once over the whole image; 64-pixel patches take their quadrants from the same run.
 * @param image [1, size, size, 3], mean subtracted
 */
export function embedImage(
  weights: Weights,
  image: Tensor,
  { size, patches }: PatchSvddConfig,
): Float32Array[] {
  return tf.tidy(() => {
    const input = tf.tensor4d(image.data, [1, size, size, 3]);
    const dense = encodeSmall(weights, input);
    const side = dense.shape[1];
    const small = dense.dataSync() as Float32Array;
    return patches.map(({ size: patch, stride }) => {
      const offsets = patch === smallPatch ? [[0, 0]] : quadrantOffsets;
      const grid = gridSize(size, patch, stride);
      const picked = new Float32Array(grid * grid * offsets.length * embedding);
      let at = 0;
      for (let row = 0; row < grid; row++) {
        for (let column = 0; column < grid; column++) {
          for (const [down, right] of offsets) {
            const y = (row * stride + down) / denseStride;
            const x = (column * stride + right) / denseStride;
            const from = (y * side + x) * embedding;
            picked.set(small.subarray(from, from + embedding), at);
            at += embedding;
          }
        }
      }
      if (patch === smallPatch) return picked;
      const quadrants = tf.tensor2d(picked, [grid * grid, 4 * embedding]);
      return encodeLarge(weights, quadrants).dataSync() as Float32Array;
    });
  });
}

const quadrantOffsets = [
  [0, 0],
  [0, smallPatch],
  [smallPatch, 0],
  [smallPatch, smallPatch],
];
