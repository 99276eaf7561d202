import { resizeImage, type Image, type PictureFilter } from '@fsad/images';
import { tensor, type Tensor } from '@fsad/tensors';

/** Images of one colour as a tensor [n, side, side, channels] with values in 0 .. 1, resized to a square as Pillow does. */
export function unitPixels(images: readonly Image[], side: number, filter: PictureFilter): Tensor {
  const { channels } = images[0];
  const size = side * side * channels;
  const data = new Float32Array(images.length * size);
  for (const [i, image] of images.entries()) {
    const { data: levels } = resizeImage(image, side, side, filter);
    for (let j = 0; j < size; j++) data[i * size + j] = levels[j] / 255;
  }
  return tensor([images.length, side, side, channels], data);
}
