import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { methodFromRecipe, requireTensor, type DetectorMethod, type Score } from '@fsad/detector';
import type { Tensor } from '@fsad/tensors';
import { openTfjs, readVariables, writeVariables, type Tfjs } from '@fsad/tensors/tfjs';
import { featureNames, randomFeatures, readFeatures, type FeatureWeights } from './alexnet.ts';
import {
  pretrainedPresets,
  pretrainedSchema,
  randomPresets,
  randomSchema,
  type DifferNetConfig,
  type PretrainedConfig,
} from './config.ts';
import { createModel, disposeModel, latentVectors, trainFlow, type DifferNetModel } from './fit.ts';

const numericVersion = 1;

/** DifferNet (Rudolph et al. 2021): a normalising flow on AlexNet's features of the turned image, at several scales. Its configuration names the file of pretrained weights. */
export const method: DetectorMethod<PretrainedConfig> = differNet({
  name: 'differnet',
  presets: pretrainedPresets,
  schema: pretrainedSchema,
  features: ({ featureWeights }) => readFeatures(featureWeights),
});

/** DifferNet's flow on the features of a random network. Not DifferNet: results with it carry its own name. */
export const randomMethod: DetectorMethod<DifferNetConfig> = differNet({
  name: 'differnet-random',
  presets: randomPresets,
  schema: randomSchema,
  features: async (_, seed) => randomFeatures(seed),
});

interface Variant<Config> {
  readonly name: string;
  readonly presets: Readonly<Record<string, Config>>;
  readonly schema: z.ZodType<Config>;
  /** Where the features come from; opened anew for every fit, and saved with the model. */
  features(config: Config, seed: number): Promise<FeatureWeights>;
}

function differNet<Config extends DifferNetConfig>(variant: Variant<Config>): DetectorMethod<Config> {
  const { name, presets, schema } = variant;
  return methodFromRecipe<Config, DifferNetModel, Tfjs>({
    name,
    numericVersion,
    engine: 'general',
    presets,
    schema,
    open: openTfjs,

    async fit({ config, backend }, images, context) {
      const features = await variant.features(config, context.seed);
      const model = createModel(config, features, context.seed);
      const identity = { name, numericVersion, features: digest(features) };
      try {
        await trainFlow(identity, backend.description, config, model, images, context);
      } catch (error) {
        disposeModel(model);
        throw error;
      }
      return model;
    },

    async score({ config }, model, images, signal) {
      const scores: Score[] = [];
      for (const image of images) {
        await new Promise((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
        const latent = latentVectors(config, model, image);
        scores.push({ value: latent.reduce((sum, value) => sum + value ** 2, 0) / latent.length });
      }
      return scores;
    },

    async pack({ features, flow, angles }) {
      const constants = new Map<string, Tensor>();
      for (const [key, weight] of features) {
        constants.set(key, { shape: weight.shape, data: (await weight.data()) as Float32Array });
      }
      return { tensors: new Map([...constants, ...(await readVariables(flow))]), state: { angles } };
    },

    async unpack({ config }, { tensors, state }) {
      const features = new Map(featureNames().map((key) => [key, requireTensor(tensors, key)]));
      const model = { ...createModel(config, features, 0), angles: state.angles as number[] };
      try {
        writeVariables(
          model.flow,
          new Map([...tensors].filter(([key]) => !features.has(key))),
          'saved model',
        );
      } catch (error) {
        disposeModel(model);
        throw error;
      }
      return model;
    },

    release: disposeModel,
  });
}

/** Tells one set of feature weights from another. */
function digest(features: FeatureWeights): string {
  const hash = createHash('sha256');
  for (const { data } of features.values()) hash.update(data);
  return hash.digest('hex');
}
