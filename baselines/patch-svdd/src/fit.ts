import * as tf from '@tensorflow/tfjs-core';
import { fingerprintFit, trainSteps, unitPixels, type FitContext, type Task } from '@fsad/detector';
import { withChannels, type Image } from '@fsad/images';
import { randomStream, tensor, type Tensor } from '@fsad/tensors';
import {
  Adam,
  createVariables,
  disposeVariables,
  readVariables,
  writeVariables,
  type Tfjs,
  type Variables,
} from '@fsad/tensors/tfjs';
import { stepsFor, type PatchSvddConfig } from './config.ts';
import { neighbourLoss, positionLoss } from './loss.ts';
import {
  classifyPosition,
  embedding,
  encodeLarge,
  encodeSmall,
  fixedWeights,
  initialWeights,
  smallPatch,
  type Weights,
} from './network.ts';
import { addNoise, cutPatches, drawNeighbours, drawPositionPair } from './pairs.ts';

/** Encoders as trained: all that scoring needs of a fit, besides the embeddings of the training images. */
export interface Trained {
  readonly variables: Variables;
  /** What is subtracted from an image: [3] or [size, size, 3]. */
  readonly mean: Tensor;
}

/** Trains the encoders on patches of the images. The variables are the caller's to dispose. */
export async function trainEncoders(
  identity: { readonly name: string; readonly numericVersion: number },
  { config, backend }: Task<PatchSvddConfig, Tfjs>,
  images: readonly Image[],
  context: FitContext,
): Promise<Trained> {
  const pixels = rgbPixels(images, config.size);
  const mean = config.mean === 'picture' ? meanPicture(pixels) : meanColour(pixels);
  if (config.mean === 'picture' && images.length === 1) {
    const text =
      'the mean picture of one image is that image: all its patches are zero and only noise is learned';
    context.report({ type: 'note', text });
  }
  const centred = subtract(pixels, mean);
  const sizes = config.patches.map(({ size }) => size);
  const variables = createVariables(initialWeights(context.seed, sizes));
  const fixed = createVariables(fixedWeights(context.seed, sizes), false);
  const weights: Weights = new Map<string, tf.Tensor>([...variables, ...fixed]);
  const adam = new Adam(variables, { learningRate: config.learningRate });
  try {
    await trainSteps({
      stage: 'training',
      steps: stepsFor(config, images.length),
      context,
      fingerprint: fingerprintFit(identity, backend.description, config, context.seed, images),
      checkpointEvery: 25,
      step: async (index) => ({
        loss: adam.minimize(() => stepLoss(weights, centred, config, context.seed, `step/${index}`)),
      }),
      capture: async () => new Map([...(await readVariables(variables)), ...(await adam.exportState())]),
      restore(state) {
        const own = new Map([...state].filter(([name]) => !name.startsWith('adam.')));
        writeVariables(variables, own, 'checkpoint');
        adam.importState(state, 'checkpoint');
      },
    });
  } catch (error) {
    disposeVariables(variables);
    throw error;
  } finally {
    disposeVariables(fixed);
    adam.dispose();
  }
  return { variables, mean };
}

/** Position loss and weighted neighbour loss, summed over the patch sizes, on fresh pairs from the stream's name. */
export function stepLoss(
  weights: Weights,
  images: Tensor,
  { patches, size, batch, lambda, borders }: PatchSvddConfig,
  seed: number,
  name: string,
): tf.Scalar {
  const [count] = images.shape;
  const losses = patches.map(({ size: patch }) => {
    const stream = randomStream(seed, `${name}/pairs${patch}`);
    const positions = Array.from({ length: batch }, () =>
      drawPositionPair(stream, count, size, patch, borders),
    );
    const neighbours = Array.from({ length: batch }, () => drawNeighbours(stream, count, size, patch));
    const all = [
      ...positions.map(({ first }) => first),
      ...positions.map(({ second }) => second),
      ...neighbours.map(({ first }) => first),
      ...neighbours.map(({ second }) => second),
    ];
    const cut = cutPatches(images, all, patch);
    addNoise(cut.subarray(0, cut.length / 2), patch * patch * 3, randomStream(seed, `${name}/noise${patch}`));
    const [p1, p2, n1, n2] = tf.split(embed(weights, cut, patch), 4) as tf.Tensor2D[];
    const directions = tf.oneHot(
      positions.map(({ direction }) => direction),
      8,
    );
    const position = positionLoss(
      classifyPosition(weights, patch, p1, p2),
      tf.cast(directions, 'float32') as tf.Tensor2D,
    );
    return tf.add(position, tf.mul(neighbourLoss(n1, n2), lambda)) as tf.Scalar;
  });
  return losses.reduce((sum, loss) => tf.add(sum, loss));
}

/** Embeddings [n, 64] of cut patches. */
function embed(weights: Weights, patches: Float32Array, patch: 32 | 64): tf.Tensor2D {
  const pieces = patches.length / (smallPatch * smallPatch * 3);
  const small = encodeSmall(weights, tf.tensor4d(patches, [pieces, smallPatch, smallPatch, 3]));
  return patch === 32
    ? tf.reshape(small, [pieces, embedding])
    : encodeLarge(weights, tf.reshape(small, [pieces / 4, 4 * embedding]));
}

/** Images as RGB in 0 .. 1, [n, size, size, 3]; grey ones replicated. */
export function rgbPixels(images: readonly Image[], size: number): Tensor {
  return unitPixels(
    images.map((image) => withChannels(image, 3)),
    size,
    'bicubic',
  );
}

export function subtract({ shape, data }: Tensor, mean: Tensor): Tensor {
  return tensor(
    shape,
    data.map((value, i) => value - mean.data[i % mean.data.length]),
  );
}

function meanPicture({ shape, data }: Tensor): Tensor {
  const [count, ...rest] = shape;
  return averaged(data, rest, count);
}

function meanColour({ data }: Tensor): Tensor {
  return averaged(data, [3], data.length / 3);
}

function averaged(data: Float32Array, shape: readonly number[], count: number): Tensor {
  const mean = tensor(shape);
  for (let i = 0; i < data.length; i++) mean.data[i % mean.data.length] += data[i] / count;
  return mean;
}
