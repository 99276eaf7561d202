import type { z } from 'zod';
import {
  methodFromRecipe,
  requireTensor,
  type AnomalyMap,
  type DetectorMethod,
  type Score,
} from '@fsad/detector';
import type { Tensor } from '@fsad/tensors';
import { openTfjs, readVariables, writeVariables, type Tfjs } from '@fsad/tensors/tfjs';
import { featureNames, randomFeatures, readFeatures } from './alexnet.ts';
import {
  pretrainedPresets,
  pretrainedSchema,
  randomPresets,
  randomSchema,
  type DifferNetConfig,
  type PretrainedConfig,
} from './config.ts';
import { alexNet, liteNet, type FeatureNetwork } from './features.ts';
import { createModel, disposeModel, latentVectors, trainFlow, type DifferNetModel } from './fit.ts';
import { localizeImage } from './localize.ts';

const numericVersion = 1;

/** DifferNet (Rudolph et al. 2021): a normalising flow on AlexNet's features of the turned image, at several scales. Its configuration names the file of pretrained weights. */
export const method: DetectorMethod<PretrainedConfig> = differNet({
  name: 'differnet',
  presets: pretrainedPresets,
  schema: pretrainedSchema,
  features: async ({ featureWeights }) => alexNet(await readFeatures(featureWeights)),
  restore: savedAlexNet,
});

/** DifferNet's flow on the features of a random network. Not DifferNet: results with it carry its own name. */
export const randomMethod: DetectorMethod<DifferNetConfig> = differNet({
  name: 'differnet-random',
  presets: randomPresets,
  schema: randomSchema,
  features: async (_, seed) => alexNet(randomFeatures(seed)),
  restore: savedAlexNet,
});

/** DifferNet with EfficientNet-Lite0, trained on ImageNet, in AlexNet's place; its weights lie in the project. */
export const liteMethod: DetectorMethod<DifferNetConfig> = differNet({
  name: 'differnet-lite0',
  presets: randomPresets,
  schema: randomSchema,
  features: liteNet,
  restore: liteNet,
});

interface Variant<Config> {
  readonly name: string;
  readonly presets: Readonly<Record<string, Config>>;
  readonly schema: z.ZodType<Config>;
  /** Where the features come from; opened anew for every fit. */
  features(config: Config, seed: number): Promise<FeatureNetwork>;
  /** The same network for a saved model, from what the model holds. */
  restore(tensors: ReadonlyMap<string, Tensor>): Promise<FeatureNetwork>;
}

async function savedAlexNet(tensors: ReadonlyMap<string, Tensor>): Promise<FeatureNetwork> {
  return alexNet(new Map(featureNames().map((key) => [key, requireTensor(tensors, key)])));
}

function differNet<Config extends DifferNetConfig>(variant: Variant<Config>): DetectorMethod<Config> {
  const { name, presets, schema } = variant;
  return methodFromRecipe<Config, DifferNetModel, Tfjs>({
    name,
    numericVersion,
    engine: 'general',
    presets,
    schema,
    fewestSteps: (config) => ({ ...config, epochs: 1 }),
    open: openTfjs,

    async fit({ config, backend }, images, context) {
      const features = await variant.features(config, context.seed);
      const model = createModel(config, features, context.seed);
      const identity = { name, numericVersion, features: features.identity };
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

    async localize({ config }, model, images, signal) {
      const maps: AnomalyMap[] = [];
      for (const image of images) {
        await new Promise((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
        maps.push(localizeImage(config, model, image));
      }
      return maps;
    },

    async pack({ features, flow, angles }) {
      return { tensors: new Map([...features.weights, ...(await readVariables(flow))]), state: { angles } };
    },

    async unpack({ config }, { tensors, state }) {
      const features = await variant.restore(tensors);
      const model = { ...createModel(config, features, 0), angles: state.angles as number[] };
      try {
        writeVariables(
          model.flow,
          new Map([...tensors].filter(([key]) => !features.weights.has(key))),
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
