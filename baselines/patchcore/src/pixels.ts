import { cropCentre, resizeImage, withChannels, type Image } from '@fsad/images';
import { tensor, type Tensor } from '@fsad/tensors';
import type { PatchCoreConfig } from './config.ts';
import { placeFrame, uprightImage, type Frame, type Placement } from './upright.ts';

type Sides = Pick<PatchCoreConfig, 'size' | 'crop'>;

/** The middle of a picture that was stretched to a square. */
export function squareOf({ size, crop }: Sides, image: Image): Image {
  const whole = resizeImage(image, size, size, 'bilinear');
  return crop === null ? whole : cropCentre(whole, crop);
}

/** A picture as the network takes it: RGB, square, [1, side, side, 3] in [-1, 1]. */
export function pixelsOf(sides: Sides, image: Image): Tensor {
  return levelsOf(squareOf(sides, image));
}

/** What is looked at of a picture, as the network takes it, and where that lies in the picture; null for the whole. */
export function lookAt(
  config: PatchCoreConfig,
  frame: Frame | null,
  image: Image,
): { readonly pixels: Tensor; readonly place: Placement | null } {
  const place = frame && placeFrame(frame, image);
  const square = frame && place ? uprightImage(frame, place, image, config.size) : squareOf(config, image);
  return { pixels: levelsOf(square), place };
}

/** A square picture as [1, side, side, 3] in [-1, 1]. */
function levelsOf(image: Image): Tensor {
  const { width, data } = withChannels(image, 3);
  const pixels = tensor([1, width, width, 3]);
  for (let i = 0; i < data.length; i++) pixels.data[i] = data[i] / 127.5 - 1;
  return pixels;
}
