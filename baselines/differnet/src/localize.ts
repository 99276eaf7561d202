import * as tf from '@tensorflow/tfjs-core';
import type { AnomalyMap } from '@fsad/detector';
import type { Image } from '@fsad/images';
import type { DifferNetConfig } from './config.ts';
import { gradientsAtScales, type DifferNetModel } from './fit.ts';

/** Deviation of the Gaussian, as a share of the image's side: 4 pixels of 448. The paper gives none. */
const blur = 1 / 112;

/**
 * Where an image is unlikely: the gradient of the negative log-likelihood with respect to the pixels of each turned copy, smoothed, its size summed over
 * channels, turned back and averaged (Rudolph et al. 2021, Sec. 3.4 and Eq. 9).
 */
export function localizeImage(config: DifferNetConfig, model: DifferNetModel, image: Image): AnomalyMap {
  const { size } = config;
  const sum = new Float64Array(size * size);
  const covered = new Float64Array(size * size);
  for (const angle of model.angles) {
    const gradient = wholeGradient(size, gradientsAtScales(config, model, image, angle));
    addTurnedBack(strengthOf(gradient, size, blur * size), size, angle, sum, covered);
  }
  const data = Float32Array.from(sum, (value, i) => (covered[i] > 0 ? value / covered[i] : 0));
  return { width: size, height: size, data };
}

/** The gradient [size, size, 3] of all scales together: scale s sees every 2^s-th pixel, so only those pass its gradient on. */
export function wholeGradient(size: number, scales: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(size * size * 3);
  for (const [scale, gradient] of scales.entries()) {
    const step = 2 ** scale;
    const side = Math.floor(size / step);
    for (let y = 0, from = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const at = (y * step * size + x * step) * 3;
        for (let c = 0; c < 3; c++) whole[at + c] += gradient[from++];
      }
    }
  }
  return whole;
}

/** The sum over channels of the smoothed gradient's absolute value, [size, size]. */
function strengthOf(gradient: Float32Array, size: number, deviation: number): Float32Array {
  return tf.tidy(() => {
    const reach = Math.ceil(3 * deviation);
    const weights = Array.from({ length: 2 * reach + 1 }, (_, i) =>
      Math.exp(-((i - reach) ** 2) / (2 * deviation ** 2)),
    );
    const total = weights.reduce((a, b) => a + b, 0);
    const kernel = weights.flatMap((weight) => new Array<number>(3).fill(weight / total));
    const across = tf.tensor4d(kernel, [1, weights.length, 3, 1]);
    const down = tf.tensor4d(kernel, [weights.length, 1, 3, 1]);
    const picture = tf.tensor4d(gradient, [1, size, size, 3]);
    const smooth = tf.depthwiseConv2d(tf.depthwiseConv2d(picture, across, 1, 'same'), down, 1, 'same');
    return tf.sum(tf.abs(smooth), 3).dataSync() as Float32Array;
  });
}

/** Adds a turned copy's map where the unturned picture has its pixels; the inverse of `rotate`, nearest pixel. */
export function addTurnedBack(
  map: Float32Array,
  size: number,
  degrees: number,
  sum: Float64Array,
  covered: Float64Array,
): void {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const centre = (size - 1) / 2;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [right, down] = [x - centre, y - centre];
      const fromX = Math.round(cos * right + sin * down + centre);
      const fromY = Math.round(-sin * right + cos * down + centre);
      if (fromX < 0 || fromX >= size || fromY < 0 || fromY >= size) continue;
      sum[y * size + x] += map[fromY * size + fromX];
      covered[y * size + x]++;
    }
  }
}
