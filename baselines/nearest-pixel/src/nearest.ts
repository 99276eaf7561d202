/** Which of the training images is nearest to an image, and how far. */
export interface Nearest {
  readonly index: number;
  /** Mean squared difference. */
  readonly distance: number;
}

/**
 * The nearest of the training images by mean squared difference, the first of equals.
 * @param image `size` values
 * @param train `size` values for each training image, one after the other
 */
export function nearestImage(image: Float32Array, train: Float32Array): Nearest {
  const size = image.length;
  let nearest: Nearest = { index: -1, distance: Infinity };
  for (let index = 0; index * size < train.length; index++) {
    let sum = 0;
    for (let i = 0, at = index * size; i < size; i++, at++) sum += (image[i] - train[at]) ** 2;
    if (sum / size < nearest.distance) nearest = { index, distance: sum / size };
  }
  return nearest;
}

/** Squared differences to the nearest training image, averaged over channels: where an image departs from what was seen. */
export function differenceMap(image: Float32Array, train: Float32Array, channels: number): Float32Array {
  const start = nearestImage(image, train).index * image.length;
  const map = new Float32Array(image.length / channels);
  for (let i = 0; i < image.length; i++) {
    map[Math.floor(i / channels)] += (image[i] - train[start + i]) ** 2 / channels;
  }
  return map;
}
