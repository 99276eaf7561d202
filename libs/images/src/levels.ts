import { tensor, type Tensor } from '@fsad/tensors';
import { withChannels } from './channels.ts';
import type { Image } from './image.ts';

/** Grey levels 0 .. 255 as values in [-1, 1], clamped, in the published code's single precision order (docs/presets.md#3.15). */
export function fromLevels(levels: ArrayLike<number>): Float32Array {
  const values = new Float32Array(levels.length);
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.min(Math.max(2 * Math.fround(Math.fround(levels[i] / 255) - 0.5), -1), 1);
  }
  return values;
}

/** The grey levels, whole or not, of values in [-1, 1]: `fromLevels` undone. A whole level comes back whole. */
export function levelsOfValues(values: Float32Array): Float32Array {
  return values.map((value) => {
    const level = (value + 1) * 127.5;
    const whole = Math.round(level);
    return Math.abs(level - whole) < 1e-4 ? whole : level;
  });
}

/** Values in [-1, 1] as grey levels, truncated; a plain round trip lowers 63 of the 256 levels by one (docs/presets.md#2.11). */
export function toLevels(values: Float32Array): Uint8Array {
  const levels = new Uint8Array(values.length);
  for (let i = 0; i < levels.length; i++) {
    const unit = Math.min(Math.max(Math.fround(values[i] + 1) / 2, 0), 1);
    levels[i] = Math.fround(255 * unit);
  }
  return levels;
}

/** A picture as a tensor [1, height, width, 3] in [-1, 1]; grey becomes three equal channels. */
export function imageToTensor(image: Image): Tensor {
  return tensor([1, image.height, image.width, 3], fromLevels(withChannels(image, 3).data));
}

/**
 * One of the images [k, h, w, 3] or [k, h, w, 1] as a picture, rounded to the nearest grey level and clamped.
 * @throws RangeError when there is no such image, or it has neither 1 nor 3 channels.
 */
export function tensorToImage(images: Tensor, index = 0): Image {
  const [count, height, width, channels] = images.shape;
  if (!(index >= 0 && index < count)) throw new RangeError(`there is no image ${index} among ${count}`);
  if (channels !== 1 && channels !== 3) throw new RangeError(`${channels} channels are no picture`);
  const size = height * width * channels;
  const values = images.data.subarray(index * size, (index + 1) * size);
  return {
    width,
    height,
    channels,
    data: Uint8Array.from(new Uint8ClampedArray(values.map((v) => (v + 1) * 127.5))),
  };
}
