import { cropCentre, resizeImage, withChannels, type Image } from '@fsad/images';
import { tensor, type Tensor } from '@fsad/tensors';
import type { PatchCoreConfig } from './config.ts';

/** A picture as the network takes it: RGB, square, [1, side, side, 3] in [-1, 1]. */
export function pixelsOf({ size, crop }: Pick<PatchCoreConfig, 'size' | 'crop'>, image: Image): Tensor {
  const whole = resizeImage(withChannels(image, 3), size, size, 'bilinear');
  const { width, data } = crop === null ? whole : cropCentre(whole, crop);
  const pixels = tensor([1, width, width, 3]);
  for (let i = 0; i < data.length; i++) pixels.data[i] = data[i] / 127.5 - 1;
  return pixels;
}
