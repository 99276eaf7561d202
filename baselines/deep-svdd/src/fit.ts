import * as tf from '@tensorflow/tfjs-core';
import { fingerprintFit, partOfFit, unitPixels, type FitContext, type Task } from '@fsad/detector';
import type { Image } from '@fsad/images';
import type { Tensor } from '@fsad/tensors';
import type { Tfjs } from '@fsad/tensors/tfjs';
import type { DeepSvddConfig } from './config.ts';
import { createDecoder, decode, decoderShape } from './decoder.ts';
import {
  centreOf,
  oneClassLoss,
  radiusQuantile,
  reconstructionLoss,
  softBoundaryLoss,
  squaredDistances,
} from './loss.ts';
import {
  createEncoder,
  disposeNetwork,
  encode,
  encoderShape,
  type EncoderShape,
  type Network,
} from './network.ts';
import { contrastNormalise, rescale, valueRange, type ValueRange } from './preprocess.ts';
import { runPhase } from './train.ts';

/** A fitted Deep SVDD. */
export interface DeepSvddModel {
  readonly shape: EncoderShape;
  readonly encoder: Network;
  readonly centre: Float32Array;
  /** Zero for the one-class objective. */
  readonly radius: number;
  /** Of the contrast-normalised training images. */
  readonly range: ValueRange;
}

/** What both phases need: the encoder in training, and the training images [k, size, size, channels] rescaled to 0 .. 1. */
interface Fit {
  readonly shape: EncoderShape;
  readonly encoder: Network;
  readonly inputs: tf.Tensor4D;
  readonly config: DeepSvddConfig;
  readonly context: FitContext;
  readonly fingerprint: string;
}

/** Pretrains an autoencoder, fixes the centre, and pulls the codes of the training images to it. */
export async function fitDeepSvdd(
  identity: { readonly name: string; readonly numericVersion: number },
  { config, backend, channels }: Task<DeepSvddConfig, Tfjs>,
  images: readonly Image[],
  context: FitContext,
): Promise<DeepSvddModel> {
  const shape = encoderShape(channels, config.size[colourOf(channels)]);
  const pixels = contrastNormalise(unitPixels(images, shape.size, 'bilinear'));
  const range = valueRange(pixels);
  const fingerprint = fingerprintFit(identity, backend.description, config, context.seed, images);
  const inputs = toTfjs(rescale(pixels, range));
  const encoder = createEncoder(shape, context.seed, 'encoder');
  const colour = colourOf(channels);
  // A step of the autoencoder runs two networks, one of them after it only one.
  const first = 2 * config.pretraining[colour].epochs;
  const share = first / (first + config.training[colour].epochs);
  const part = (from: number, to: number): Fit => {
    const report = partOfFit(context.report, from, to);
    return { shape, encoder, inputs, config, context: { ...context, report }, fingerprint };
  };
  try {
    await pretrain(part(0, share));
    const centre = centreOf(codesOf(shape, encoder, inputs), shape.code);
    const radius = await trainAround(part(share, 1), centre);
    return { shape, encoder, centre, radius, range };
  } catch (error) {
    disposeNetwork(encoder);
    throw error;
  } finally {
    inputs.dispose();
  }
}

async function pretrain({ shape, encoder, inputs, config, context, fingerprint }: Fit): Promise<void> {
  const count = inputs.shape[0];
  const smallestBatch = count % config.batch || Math.min(config.batch, count);
  const codeNorm = config.codeNorm && smallestBatch > 1;
  if (config.codeNorm && !codeNorm && shape.channels === 3) {
    context.report({ type: 'note', text: 'a batch has one image only, so the code is not batch-normalised' });
  }
  const decoding = decoderShape(shape, codeNorm);
  const decoder = createDecoder(decoding, context.seed, 'decoder');
  const phase = {
    name: 'pretraining',
    schedule: config.pretraining[colourOf(shape.channels)],
    batch: config.batch,
    networks: { encoder, decoder },
    loss: (batch: tf.Tensor4D) =>
      reconstructionLoss(decode(decoding, decoder, encode(shape, encoder, batch, 'update'), 'update'), batch),
  } as const;
  try {
    await runPhase(phase, inputs, context, fingerprint);
  } finally {
    disposeNetwork(decoder);
  }
}

/** Gives the soft boundary's radius after the last step, zero for the one-class objective. */
async function trainAround(fit: Fit, centre: Float32Array): Promise<number> {
  const { shape, encoder, inputs, config, context, fingerprint } = fit;
  const { objective, nu, warmUpEpochs, batch } = config;
  const soft = objective === 'soft-boundary';
  const fixed = tf.tensor1d(centre);
  let radius = 0;
  let latest: Float32Array = new Float32Array();
  const phase = {
    name: 'training',
    schedule: config.training[colourOf(shape.channels)],
    batch,
    networks: { encoder },
    loss(images: tf.Tensor4D): tf.Scalar {
      const distances = squaredDistances(encode(shape, encoder, images, 'update'), fixed);
      if (!soft) return oneClassLoss(distances);
      latest = distances.dataSync() as Float32Array;
      return softBoundaryLoss(distances, radius, nu);
    },
    afterStep(epoch: number): void {
      if (soft && epoch >= warmUpEpochs) radius = Math.fround(radiusQuantile(latest, nu));
    },
    extra: { get: () => radius, set: (value: number) => void (radius = value) },
  } as const;
  try {
    await runPhase(phase, inputs, context, fingerprint);
  } finally {
    fixed.dispose();
  }
  return radius;
}

/** Codes in evaluation mode, one after the other. */
export function codesOf(shape: EncoderShape, encoder: Network, inputs: tf.Tensor4D): Float32Array {
  return tf.tidy(() => encode(shape, encoder, inputs, 'running').dataSync() as Float32Array);
}

export function toTfjs({ shape, data }: Tensor): tf.Tensor4D {
  return tf.tensor4d(data, shape as [number, number, number, number]);
}

export function colourOf(channels: 1 | 3): 'grey' | 'rgb' {
  return channels === 1 ? 'grey' : 'rgb';
}
