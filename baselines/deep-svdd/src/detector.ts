import {
  methodFromRecipe,
  requireTensor,
  unitPixels,
  type DetectorMethod,
  type Score,
  type Task,
} from '@fsad/detector';
import { tensor, type Tensor } from '@fsad/tensors';
import { openTfjs, readVariables, writeVariables, type Tfjs } from '@fsad/tensors/tfjs';
import { oneEpoch, presets, schema, type DeepSvddConfig } from './config.ts';
import { codesOf, colourOf, fitDeepSvdd, toTfjs, type DeepSvddModel } from './fit.ts';
import { createEncoder, disposeNetwork, encoderShape } from './network.ts';
import { contrastNormalise, rescale, type ValueRange } from './preprocess.ts';

const identity = { name: 'deep-svdd', numericVersion: 1 };
/** Images scored in one call of the network. */
const chunk = 16;

/** Deep Support Vector Data Description (Ruff et al. 2018): autoencoder pretraining, then one-class training around a fixed centre. */
export const method: DetectorMethod<DeepSvddConfig> = methodFromRecipe<DeepSvddConfig, DeepSvddModel, Tfjs>({
  ...identity,
  engine: 'general',
  presets,
  schema,
  fewestSteps: oneEpoch,
  open: openTfjs,

  fit: (task, images, context) => fitDeepSvdd(identity, task, images, context),

  async score(_, { shape, encoder, centre, radius, range }, images, signal) {
    const scores: Score[] = [];
    for (let start = 0; start < images.length; start += chunk) {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      const pixels = contrastNormalise(
        unitPixels(images.slice(start, start + chunk), shape.size, 'bilinear'),
      );
      const inputs = toTfjs(rescale(pixels, range));
      const codes = codesOf(shape, encoder, inputs);
      inputs.dispose();
      for (let at = 0; at < codes.length; at += shape.code) {
        let distance = 0;
        for (let i = 0; i < shape.code; i++) distance += (codes[at + i] - centre[i]) ** 2;
        scores.push({ value: distance - radius ** 2 });
      }
    }
    return scores;
  },

  async pack({ encoder, centre, radius, range }) {
    const tensors = new Map<string, Tensor>([
      ...(await readVariables(encoder.weights)),
      ...(await readVariables(encoder.statistics)),
      ['centre', tensor([centre.length], centre)],
      ['radius', tensor([1], Float32Array.of(radius))],
    ]);
    return { tensors, state: { range } };
  },

  async unpack({ config, channels }: Task<DeepSvddConfig, Tfjs>, { tensors, state }) {
    const shape = encoderShape(channels, config.size[colourOf(channels)]);
    const encoder = createEncoder(shape, 0, 'encoder');
    const origin = 'saved model';
    try {
      for (const part of [encoder.weights, encoder.statistics]) {
        writeVariables(part, new Map([...tensors].filter(([name]) => part.has(name))), origin);
      }
      const centre = requireTensor(tensors, 'centre', [shape.code]).data;
      const radius = requireTensor(tensors, 'radius', [1]).data[0];
      return { shape, encoder, centre, radius, range: state.range as ValueRange };
    } catch (error) {
      disposeNetwork(encoder);
      throw error;
    }
  },

  release: ({ encoder }) => disposeNetwork(encoder),
});
