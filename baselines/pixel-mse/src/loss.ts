/**
 * Mean over the training images of the mean squared difference to `image` (ablation (f), Sec. 4.3; for one training
 * image simply their MSE).
 * @param image `size` values
 * @param train `size` values for each training image, one after the other
 */
export function meanSquaredError(image: Float32Array, train: Float32Array): number {
  const size = image.length;
  if (size === 0 || train.length === 0 || train.length % size !== 0) {
    throw new RangeError(`${train.length} training values are no whole number of images of ${size}`);
  }
  let sum = 0;
  for (let i = 0; i < train.length; i++) sum += (image[i % size] - train[i]) ** 2;
  return sum / train.length;
}
