import { unitPixels } from '@fsad/detector';
import type { Image } from '@fsad/images';
import type { Tensor } from '@fsad/tensors';

/**
 * Images as [n, size, size, channels] in [-1, 1]: 28 x 28 ones surrounded by two pixels of black for size 32, as published for FashionMNIST, all
 * others resized.
 */
export function prepareImages(images: readonly Image[], size: number): Tensor {
  const { shape, data } = unitPixels(
    images.map((image) => (size === 32 ? surrounded(image) : image)),
    size,
    'bilinear',
  );
  for (let i = 0; i < data.length; i++) data[i] = 2 * data[i] - 1;
  return { shape, data };
}

function surrounded(image: Image): Image {
  const { width, height, channels, data } = image;
  if (width !== 28 || height !== 28) return image;
  const larger = new Uint8Array(32 * 32 * channels);
  for (let row = 0; row < 28; row++) {
    const from = row * 28 * channels;
    larger.set(data.subarray(from, from + 28 * channels), ((row + 2) * 32 + 2) * channels);
  }
  return { width: 32, height: 32, channels, data: larger };
}
