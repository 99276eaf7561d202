import type { Tensor } from '@fsad/tensors';
import { outlineOf } from './bank.ts';
import type { Patches } from './embed.ts';

/** What is usual for the features of training pictures: each number's mean, and each layer's mean squared distance from that. */
export interface Usual {
  /** [dimensions] */
  readonly mean: Float32Array;
  /** One for each layer. */
  readonly energy: Float32Array;
}

/** Measures what is usual over patches; `channels` says how many numbers each layer has. Not `centred`, nothing is taken for the mean. */
export function measureUsual(
  patches: readonly Patches[],
  channels: readonly number[],
  centred = true,
): Usual {
  const dimensions = channels.reduce((sum, count) => sum + count, 0);
  const mean = new Float64Array(dimensions);
  const energy = new Float64Array(channels.length);
  const total = patches.reduce((sum, { data }) => sum + data.length / dimensions, 0);
  for (const { data } of centred ? patches : []) {
    for (let start = 0; start < data.length; start += dimensions) {
      for (let d = 0; d < dimensions; d++) mean[d] += data[start + d] / total;
    }
  }
  for (const { data } of patches) {
    for (let start = 0; start < data.length; start += dimensions) {
      for (let layer = 0, d = 0; layer < channels.length; layer++) {
        let sum = energy[layer];
        for (const end = d + channels[layer]; d < end; d++) {
          const apart = data[start + d] - mean[d];
          sum += (apart * apart) / total;
        }
        energy[layer] = sum;
      }
    }
  }
  return { mean: Float32Array.from(mean), energy: Float32Array.from(energy) };
}

/** Of the variance of a picture's patches, the share that lies between the 8 x 8 places of its outline: little where a surface looks alike everywhere. */
export function shareBetweenPlaces(patches: Patches): number {
  const { dimensions, data } = patches;
  return varianceOf(outlineOf(patches), dimensions) / Math.max(varianceOf(data, dimensions), 1e-12);
}

/** Mean squared distance of vectors from their mean. */
function varianceOf(data: Float32Array, dimensions: number): number {
  const one = { rows: 1, columns: data.length / dimensions, dimensions, data };
  return measureUsual([one], [dimensions]).energy[0];
}

/**
 * Patches less what is usual, layer by layer x / sqrt(|x|^2 + softness * energy): a layer's part has a length below 1, all layers weigh alike, and what differs
 * little from the usual, such as an even background, stays short.
 */
export function standardise(
  patches: Patches,
  channels: readonly number[],
  { mean, energy }: Usual,
  softness: number,
): Patches {
  const { dimensions } = patches;
  const data = Float32Array.from(patches.data);
  for (let start = 0; start < data.length; start += dimensions) {
    for (let layer = 0, d = 0; layer < channels.length; layer++) {
      const first = d;
      let square = softness * energy[layer];
      for (; d < first + channels[layer]; d++) {
        data[start + d] -= mean[d];
        square += data[start + d] * data[start + d];
      }
      const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
      for (let c = first; c < d; c++) data[start + c] *= scale;
    }
  }
  return { ...patches, data };
}

/** The channels of feature maps. */
export function channelsOf(maps: readonly Tensor[]): number[] {
  return maps.map(({ shape }) => shape[3]);
}
