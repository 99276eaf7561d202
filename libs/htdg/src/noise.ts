import { randomStream, sizeOf, tensor, type RandomStream, type Tensor } from '@fsad/tensors';

/** Where a training gets its randomness: addressed by name, so that it can be cut anywhere and resumed. */
export interface NoiseSource {
  normal(name: string, shape: readonly number[]): Tensor;
  stream(name: string): RandomStream;
}

/** Noise from the named streams of one seed. */
export function seededNoise(seed: number): NoiseSource {
  return {
    normal: (name, shape) => tensor(shape, randomStream(seed, name).normal(sizeOf(shape))),
    stream: (name) => randomStream(seed, name),
  };
}

/** Noise [n, S, S, c] repeated over `count` images and `channels` channels where it has only one of them. */
export function broadcast(noise: Tensor, count: number, channels: number): Tensor {
  const [images, height, width, depth] = noise.shape;
  if (images === count && depth === channels) return noise;
  const result = tensor([count, height, width, channels]);
  const area = height * width;
  for (let n = 0; n < count; n++) {
    for (let p = 0; p < area; p++) {
      for (let c = 0; c < channels; c++) {
        const from = ((images === 1 ? 0 : n) * area + p) * depth + (depth === 1 ? 0 : c);
        result.data[(n * area + p) * channels + c] = noise.data[from];
      }
    }
  }
  return result;
}
