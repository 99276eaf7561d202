import type { Image } from './image.ts';

/** The picture with 1 or 3 channels: grey is repeated; colour becomes round(0.299 R + 0.587 G + 0.114 B) (ITU-R BT.601). */
export function withChannels(image: Image, channels: 1 | 3): Image {
  if (image.channels === channels) return image;
  const { width, height, data } = image;
  const pixels = width * height;
  const converted = new Uint8Array(pixels * channels);
  for (let i = 0; i < pixels; i++) {
    if (channels === 3) converted.fill(data[i], i * 3, i * 3 + 3);
    else converted[i] = Math.round(0.299 * data[i * 3] + 0.587 * data[i * 3 + 1] + 0.114 * data[i * 3 + 2]);
  }
  return { width, height, channels, data: converted };
}
