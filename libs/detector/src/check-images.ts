import type { Image } from '@fsad/images';
import { PicturesError } from './pictures-error.ts';

/**
 * Checks that `images` can be learned from and gives their channel count.
 * @throws PicturesError when there is none, one is malformed, or grey and RGB are mixed; it names the image by its position.
 */
export function requireTrainingImages(method: string, images: readonly Image[]): 1 | 3 {
  if (images.length === 0)
    throw new PicturesError(`${method}: needs at least one normal image to learn from, got none`);
  const { channels } = images[0];
  requireChannels(method, images, channels);
  return channels;
}

/** Checks the images a detector that learned from `channels`-channel images is given. @throws PicturesError naming the image by its position. */
export function requireChannels(method: string, images: readonly Image[], channels: 1 | 3): void {
  for (const [i, image] of images.entries()) {
    const pixels = image.width * image.height * image.channels;
    if (pixels === 0 || image.data.length !== pixels) {
      throw new PicturesError(
        `${method}: image ${i} of ${image.width}x${image.height}x${image.channels} has ${image.data.length} values`,
      );
    }
    if (image.channels !== channels) {
      throw new PicturesError(
        `${method}: image ${i} is ${colour(image.channels)}, but this detector works on ${colour(channels)} images; ` +
          `convert one or the other`,
      );
    }
  }
}

function colour(channels: 1 | 3): string {
  return channels === 1 ? 'grey' : 'RGB';
}
