import { tensor, type Tensor } from '@fsad/tensors';

/** The smallest and largest normalised value among the training images. */
export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

/** Divisors that a constant image or a single value would make zero. */
const floor = 1e-8;

/** Global contrast normalisation, image by image: minus the mean, over the mean absolute deviation of all its values. */
export function contrastNormalise(images: Tensor): Tensor {
  const size = images.data.length / images.shape[0];
  const data = new Float32Array(images.data.length);
  for (let start = 0; start < data.length; start += size) {
    const image = images.data.subarray(start, start + size);
    const mean = image.reduce((sum, value) => sum + value, 0) / size;
    const deviation = image.reduce((sum, value) => sum + Math.abs(value - mean), 0) / size;
    for (let i = 0; i < size; i++) data[start + i] = (image[i] - mean) / Math.max(deviation, floor);
  }
  return tensor(images.shape, data);
}

/** The range of the training images' values: of the k images, since that of the whole class is not known to a few-shot method. */
export function valueRange({ data }: Tensor): ValueRange {
  let [min, max] = [Infinity, -Infinity];
  for (const value of data) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

/** Maps `range` to 0 .. 1; values outside it are not clamped. */
export function rescale(images: Tensor, { min, max }: ValueRange): Tensor {
  const span = Math.max(max - min, floor);
  return tensor(
    images.shape,
    images.data.map((value) => (value - min) / span),
  );
}
