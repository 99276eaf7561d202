import type { Image } from '@fsad/images';
import { randomStream, tensor, type Tensor } from '@fsad/tensors';
import type { Rotations } from './config.ts';

const imageNet = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

/** The angles of `rotations` in degrees; random ones, within +-180, from the stream `name` of `seed`. */
export function anglesOf({ count, angles }: Rotations, seed: number, name: string): number[] {
  if (angles === 'even') return Array.from({ length: count }, (_, i) => (360 * i) / count);
  const stream = randomStream(seed, name);
  return Array.from({ length: count }, () => 360 * stream.uniform() - 180);
}

/** The image turned anticlockwise about its centre: nearest pixel, black where nothing was (torchvision's rotation). */
export function rotate({ width, height, channels, data }: Image, degrees: number): Image {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [round(Math.cos(angle)), round(Math.sin(angle))];
  const turned = new Uint8Array(data.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += channels) {
      const [right, down] = [x + 0.5 - width / 2, y + 0.5 - height / 2];
      const fromX = Math.floor(cos * right - sin * down + width / 2);
      const fromY = Math.floor(sin * right + cos * down + height / 2);
      if (fromX < 0 || fromX >= width || fromY < 0 || fromY >= height) continue;
      const from = (fromY * width + fromX) * channels;
      for (let c = 0; c < channels; c++) turned[at + c] = data[from + c];
    }
  }
  return { width, height, channels, data: turned };
}

/** RGB images of one size as AlexNet takes them, [n, h, w, 3], ImageNet's mean and deviation removed. */
export function normalised(images: readonly Image[]): Tensor {
  const [{ width, height }] = images;
  const result = tensor([images.length, height, width, 3]);
  const { mean, deviation } = imageNet;
  for (const [n, { data }] of images.entries()) {
    const start = n * data.length;
    for (let i = 0; i < data.length; i++) {
      result.data[start + i] = (data[i] / 255 - mean[i % 3]) / deviation[i % 3];
    }
  }
  return result;
}

/** Every `step`-th pixel of [n, h, w, 3]: nearest-neighbour reduction. */
export function reduce({ shape, data }: Tensor, step: number): Tensor {
  const [count, height, width, channels] = shape;
  const [rows, columns] = [Math.floor(height / step), Math.floor(width / step)];
  const reduced = tensor([count, rows, columns, channels]);
  let at = 0;
  for (let n = 0; n < count; n++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const from = ((n * height + y * step) * width + x * step) * channels;
        for (let c = 0; c < channels; c++) reduced.data[at++] = data[from + c];
      }
    }
  }
  return reduced;
}

/** Cosines and sines of right angles exactly, so that those turns lose no pixel. */
function round(value: number): number {
  return Math.round(value * 1e12) / 1e12;
}
