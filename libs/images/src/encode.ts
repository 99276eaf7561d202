import sharp from 'sharp';
import type { Image } from './image.ts';

/**
 * Encodes a picture as PNG, 8 bits a channel, without loss; grey stays grey.
 * @throws RangeError when the pixels are not width * height * channels bytes.
 */
export async function encodePng(image: Image): Promise<Uint8Array> {
  const { width, height, channels, data } = image;
  if (data.length !== width * height * channels) {
    throw new RangeError(
      `a ${width}x${height} picture of ${channels} channels has ${width * height * channels} bytes, got ${data.length}`,
    );
  }
  return sharp(data, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
}
