import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { decodeSafetensors, randomStream, sizeOf, tensor, type Tensor } from '@fsad/tensors';

/** Features of one image at one scale. */
export const featureCount = 256;

interface Layer {
  /** Position in torchvision's `features`, which names its weights. */
  readonly index: number;
  readonly side: number;
  readonly stride: number;
  readonly padding: number;
  readonly input: number;
  readonly output: number;
  /** Whether a 3x3 max pooling of stride 2 follows. */
  readonly pool: boolean;
}

/** AlexNet's convolutional part (Krizhevsky 2014, as in torchvision); each convolution is followed by ReLU. */
const layers: readonly Layer[] = [
  { index: 0, side: 11, stride: 4, padding: 2, input: 3, output: 64, pool: true },
  { index: 3, side: 5, stride: 1, padding: 2, input: 64, output: 192, pool: true },
  { index: 6, side: 3, stride: 1, padding: 1, input: 192, output: 384, pool: false },
  { index: 8, side: 3, stride: 1, padding: 1, input: 384, output: 256, pool: false },
  { index: 10, side: 3, stride: 1, padding: 1, input: 256, output: featureCount, pool: true },
];

/** Filters and biases by name, filters HWIO. */
export type FeatureWeights = ReadonlyMap<string, Tensor>;

/** Random filters of variance 2/fan-in, which keeps the size of activations (He et al. 2015), and zero biases. */
export function randomFeatures(seed: number): FeatureWeights {
  const weights = new Map<string, Tensor>();
  for (const { index, side, input, output } of layers) {
    const shape = [side, side, input, output];
    const scale = Math.sqrt(2 / (side * side * input));
    const data = randomStream(seed, `features/${index}`).normal(sizeOf(shape));
    weights.set(
      filterName(index),
      tensor(
        shape,
        data.map((value) => value * scale),
      ),
    );
    weights.set(biasName(index), tensor([output]));
  }
  return weights;
}

/**
 * Reads torchvision's AlexNet from a safetensors file of its state dict (`features.0.weight` OIHW, ...); the classifier is ignored.
 * @throws Error naming the file and how to make it, or the tensor that is missing or of another shape.
 */
export async function readFeatures(path: string): Promise<FeatureWeights> {
  let file: Buffer;
  try {
    file = await readFile(path);
  } catch (error) {
    throw new Error(
      `${path}: no AlexNet weights there; write them with Python: ` +
        `safetensors.torch.save_file(torchvision.models.alexnet(weights="DEFAULT").state_dict(), "alexnet.safetensors"), ` +
        `give the file as featureWeights, or use differnet-random`,
      { cause: error },
    );
  }
  return convertFeatures(decodeSafetensors(file, path).tensors, path);
}

/** Turns torchvision's tensors into ours: filters from OIHW to HWIO. @throws Error naming a missing or misshapen tensor. */
export function convertFeatures(state: ReadonlyMap<string, Tensor>, origin: string): FeatureWeights {
  const weights = new Map<string, Tensor>();
  for (const { index, side, input, output } of layers) {
    const filter = take(state, filterName(index), [output, input, side, side], origin);
    const turned = tensor([side, side, input, output]);
    for (let o = 0, from = 0; o < output; o++) {
      for (let i = 0; i < input; i++) {
        for (let tap = 0; tap < side * side; tap++, from++) {
          turned.data[(tap * input + i) * output + o] = filter.data[from];
        }
      }
    }
    weights.set(filterName(index), turned);
    weights.set(biasName(index), take(state, biasName(index), [output], origin));
  }
  return weights;
}

/** Features [n, 256] of normalised images [n, h, w, 3] of at least 63 pixels: each last channel's mean. */
export function extractFeatures(weights: ReadonlyMap<string, tf.Tensor>, images: tf.Tensor4D): tf.Tensor2D {
  return tf.tidy(() => {
    let x = images;
    for (const { index, stride, padding, pool } of layers) {
      const filter = weights.get(filterName(index)) as tf.Tensor4D;
      const margin = [padding, padding] as [number, number];
      // Zeros put around it here: TensorFlow's kernels take no other paddings than `same` and `valid`.
      const padded = tf.pad(x, [[0, 0], margin, margin, [0, 0]]);
      const filtered = tf.conv2d(padded, filter, stride, 'valid');
      x = tf.relu(tf.add(filtered, weights.get(biasName(index)) as tf.Tensor));
      if (pool) x = tf.maxPool(x, 3, 2, 'valid');
    }
    return tf.mean(x, [1, 2]);
  });
}

/** The names of all weights. */
export function featureNames(): string[] {
  return layers.flatMap(({ index }) => [filterName(index), biasName(index)]);
}

function take(
  state: ReadonlyMap<string, Tensor>,
  name: string,
  shape: readonly number[],
  origin: string,
): Tensor {
  const found = state.get(name);
  if (!found) throw new Error(`${origin}: tensor ${name} is missing; this is not torchvision's AlexNet`);
  if (found.shape.join() !== shape.join()) {
    throw new Error(
      `${origin}: tensor ${name} has shape [${found.shape.join(', ')}], expected [${shape.join(', ')}]`,
    );
  }
  return found;
}

function filterName(index: number): string {
  return `features.${index}.weight`;
}

function biasName(index: number): string {
  return `features.${index}.bias`;
}
