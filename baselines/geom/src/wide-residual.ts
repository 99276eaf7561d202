import * as tf from '@tensorflow/tfjs-core';
import { randomStream, tensor, uniformTensor, type Tensor } from '@fsad/tensors';
import { batchNorm, createVariables, disposeVariables, type Variables } from '@fsad/tensors/tfjs';

const EPSILON = 1e-5;
const MOMENTUM = 0.1;
/** Stem, then the three groups, in units of the widening factor. */
const STEM = 16;
const GROUPS = [16, 32, 64];

/** A wide residual network (Zagoruyko and Komodakis 2016): WRN-depth-widen. */
export interface WideResNetShape {
  /** 6 n + 4 with n blocks a group. */
  readonly depth: number;
  readonly widen: number;
  readonly size: number;
  readonly channels: 1 | 3;
  readonly classes: number;
  /** `eight`: the published average over 8 x 8 positions, which leaves 2 x 2 at 64 pixels; `global`: over all. */
  readonly pooling: 'eight' | 'global';
  /** Stride of the first convolution: 1 as published; 2 makes the rest as cheap as at half the size. */
  readonly stemStride: 1 | 2;
}

/** Trained weights, and the running means and variances of batch norm, which are only kept. */
export interface WideResNet {
  readonly shape: WideResNetShape;
  readonly weights: Variables;
  readonly statistics: Variables;
}

/** How a forward pass normalises. */
export interface ForwardOptions {
  /** `update`: batch statistics, which move the running ones; `running`: those. */
  readonly norm: 'update' | 'running';
  /** False: the second convolution of a block reads the first one's output as it is (the published GOAD). */
  readonly secondNorm?: boolean;
}

/** Filters N(0, 2 / fan): the positions of the filter times its inputs, or times its outputs. */
export type FilterInit = 'fan-in' | 'fan-out';

interface Block {
  readonly name: string;
  readonly input: number;
  readonly output: number;
  readonly stride: number;
}

/** @throws RangeError for a depth that is not 6 n + 4 or a size the pooling does not divide. */
export function checkShape({ depth, size, pooling, stemStride }: WideResNetShape): void {
  if (depth < 10 || (depth - 4) % 6 !== 0) {
    throw new RangeError(`a wide residual network's depth is 10, 16, 22, ..., got ${depth}`);
  }
  const divisor = (pooling === 'eight' ? 32 : 4) * stemStride;
  if (size < divisor || size % divisor !== 0) {
    throw new RangeError(
      `size must be a multiple of ${divisor} with pooling ${pooling} and stem stride ${stemStride}, got ${size}`,
    );
  }
}

/** Length of the vector the dense layer reads. */
export function featureCount({ size, widen, pooling, stemStride }: WideResNetShape): number {
  const positions = pooling === 'eight' ? (size / 32 / stemStride) ** 2 : 1;
  return GROUPS[2] * widen * positions;
}

/** Name and shape of every weight. */
export function weightShapes(shape: WideResNetShape): Map<string, number[]> {
  const shapes = new Map<string, number[]>([['stem/filter', [3, 3, shape.channels, STEM]]]);
  const norm = (name: string, channels: number): void => {
    shapes.set(`${name}/scale`, [channels]).set(`${name}/shift`, [channels]);
  };
  for (const { name, input, output } of blocks(shape)) {
    norm(`${name}/norm1`, input);
    shapes.set(`${name}/filter1`, [3, 3, input, output]);
    norm(`${name}/norm2`, output);
    shapes.set(`${name}/filter2`, [3, 3, output, output]);
    if (input !== output) shapes.set(`${name}/shortcut`, [1, 1, input, output]);
  }
  norm('head/norm', GROUPS[2] * shape.widen);
  shapes.set('dense/weight', [featureCount(shape), shape.classes]).set('dense/bias', [shape.classes]);
  return shapes;
}

/** A freshly initialised network; its dense layer is uniform within 1 / sqrt(inputs), without bias. */
export function createWideResNet(shape: WideResNetShape, seed: number, init: FilterInit): WideResNet {
  checkShape(shape);
  const weights = new Map<string, Tensor>();
  const statistics = new Map<string, Tensor>();
  for (const [name, sides] of weightShapes(shape)) {
    if (name.endsWith('/scale')) {
      weights.set(name, ones(sides));
      statistics.set(name.replace('scale', 'mean'), tensor(sides));
      statistics.set(name.replace('scale', 'variance'), ones(sides));
    } else if (name === 'dense/weight') {
      weights.set(name, uniformTensor(randomStream(seed, name), sides, 1 / Math.sqrt(sides[0])));
    } else if (sides.length === 4) {
      const fan = sides[0] * sides[1] * sides[init === 'fan-in' ? 2 : 3];
      const values = tensor(sides);
      const normal = randomStream(seed, name).normal(values.data.length);
      normal.forEach((value, i) => (values.data[i] = value * Math.sqrt(2 / fan)));
      weights.set(name, values);
    } else weights.set(name, tensor(sides));
  }
  return { shape, weights: createVariables(weights), statistics: createVariables(statistics, false) };
}

/** Pooled features [n, featureCount] and logits [n, classes] of images [n, size, size, channels]. */
export function runWideResNet(
  net: WideResNet,
  images: tf.Tensor4D,
  options: ForwardOptions,
): { features: tf.Tensor2D; logits: tf.Tensor2D } {
  const { shape } = net;
  let x = convolve(net, images, 'stem/filter', shape.stemStride);
  for (const { name, input, output, stride } of blocks(shape)) {
    const activated = normRelu(net, x, `${name}/norm1`, options.norm);
    const first = convolve(net, activated, `${name}/filter1`, stride);
    const middle = options.secondNorm === false ? first : normRelu(net, first, `${name}/norm2`, options.norm);
    const second = convolve(net, middle, `${name}/filter2`, 1);
    const shortcut = input === output ? x : convolve(net, activated, `${name}/shortcut`, stride);
    x = tf.add(second, shortcut);
  }
  x = normRelu(net, x, 'head/norm', options.norm);
  const pool = shape.pooling === 'eight' ? 8 : shape.size / 4 / shape.stemStride;
  const features = tf.reshape(tf.avgPool(x, pool, pool, 'valid'), [images.shape[0], featureCount(shape)]);
  const weight = net.weights.get('dense/weight') as unknown as tf.Tensor2D;
  const logits = tf.add(tf.matMul(features, weight), net.weights.get('dense/bias') as tf.Variable);
  return { features: features as tf.Tensor2D, logits: logits as tf.Tensor2D };
}

export function disposeWideResNet({ weights, statistics }: WideResNet): void {
  disposeVariables(weights);
  disposeVariables(statistics);
}

function blocks({ depth, widen }: WideResNetShape): Block[] {
  const perGroup = (depth - 4) / 6;
  let input = STEM;
  return GROUPS.flatMap((width, group) =>
    Array.from({ length: perGroup }, (_, i): Block => {
      const output = width * widen;
      const block = {
        name: `group${group + 1}/block${i + 1}`,
        input,
        output,
        stride: group > 0 && i === 0 ? 2 : 1,
      };
      input = output;
      return block;
    }),
  );
}

function convolve(net: WideResNet, x: tf.Tensor4D, name: string, stride: number): tf.Tensor4D {
  return tf.conv2d(x, net.weights.get(name) as unknown as tf.Tensor4D, stride, 'same');
}

function normRelu(net: WideResNet, x: tf.Tensor4D, name: string, mode: ForwardOptions['norm']): tf.Tensor4D {
  const weight = (part: string): tf.Tensor1D => net.weights.get(`${name}/${part}`) as unknown as tf.Tensor1D;
  const mean = net.statistics.get(`${name}/mean`) as tf.Variable;
  const variance = net.statistics.get(`${name}/variance`) as tf.Variable;
  if (mode === 'update') {
    const observe = (batchMean: tf.Tensor, batchVariance: tf.Tensor): void => {
      fold(mean, batchMean);
      fold(variance, batchVariance);
    };
    return batchNorm(x, weight('scale'), weight('shift'), { epsilon: EPSILON, relu: true, observe });
  }
  const normalised = tf.batchNorm(
    x,
    mean as unknown as tf.Tensor1D,
    variance as unknown as tf.Tensor1D,
    weight('shift'),
    weight('scale'),
    EPSILON,
  );
  return tf.relu(normalised);
}

function fold(running: tf.Variable, batch: tf.Tensor): void {
  running.assign(tf.add(tf.mul(running, 1 - MOMENTUM), tf.mul(batch, MOMENTUM)));
}

function ones(shape: number[]): Tensor {
  const filled = tensor(shape);
  filled.data.fill(1);
  return filled;
}
