import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import { EfficientNetLite0 } from '@fsad/features';
import { readWeights } from '@fsad/features/open';
import type { Image } from '@fsad/images';
import { tensor, type Tensor } from '@fsad/tensors';
import { extractFeatures, featureCount, type FeatureWeights } from './alexnet.ts';
import { normalised } from './rotate.ts';

/** The network whose features the flow learns. */
export interface FeatureNetwork {
  /** Features of one image at one scale. */
  readonly count: number;
  /** Tells one set of weights from another. */
  readonly identity: string;
  /** What a saved model must hold; nothing where the weights lie in the project. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** RGB images of one size as the network takes them, [n, h, w, 3]. */
  pixels(images: readonly Image[]): Tensor;
  /** Features [n, count] of such pixels: each last channel's mean. Belongs to the surrounding `tf.tidy`; gradients reach the pixels. */
  run(pixels: tf.Tensor4D): tf.Tensor2D;
  dispose(): void;
}

/** AlexNet's convolutional part, with the weights of a file or random ones. */
export function alexNet(weights: FeatureWeights): FeatureNetwork {
  const own = new Map([...weights].map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]));
  return {
    count: featureCount,
    identity: digest(weights),
    weights,
    pixels: normalised,
    run: (pixels) => extractFeatures(own, pixels),
    dispose: () => tf.dispose([...own.values()]),
  };
}

/** The last block of EfficientNet-Lite0, in AlexNet's place. */
export async function liteNet(): Promise<FeatureNetwork> {
  const network = await EfficientNetLite0.open(readWeights, [15]);
  return {
    count: 320,
    identity: network.identity,
    weights: new Map(),
    pixels: (images) => {
      const [{ width, height }] = images;
      const result = tensor([images.length, height, width, 3]);
      let at = 0;
      for (const { data } of images) for (const level of data) result.data[at++] = level / 127.5 - 1;
      return result;
    },
    run: (pixels) => tf.mean(network.run(pixels)[0], [1, 2]),
    dispose: () => network.dispose(),
  };
}

function digest(weights: FeatureWeights): string {
  const hash = createHash('sha256');
  for (const { data } of weights.values()) hash.update(data);
  return hash.digest('hex');
}
