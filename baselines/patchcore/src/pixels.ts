import { cropCentre, resizeImage, withChannels, type Image } from '@fsad/images';
import { tensor, type Tensor } from '@fsad/tensors';
import type { PatchCoreConfig } from './config.ts';

type Sides = Pick<PatchCoreConfig, 'size' | 'crop'>;

/** The middle of a picture that was stretched to a square. */
export function squareOf({ size, crop }: Sides, image: Image): Image {
  const whole = resizeImage(image, size, size, 'bilinear');
  return crop === null ? whole : cropCentre(whole, crop);
}

/** A picture as the network takes it: RGB, square, [1, side, side, 3] in [-1, 1]. */
export function pixelsOf(sides: Sides, image: Image): Tensor {
  const { width, data } = squareOf(sides, withChannels(image, 3));
  const pixels = tensor([1, width, width, 3]);
  for (let i = 0; i < data.length; i++) pixels.data[i] = data[i] / 127.5 - 1;
  return pixels;
}
