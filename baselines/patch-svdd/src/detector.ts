import {
  methodFromRecipe,
  requireTensor,
  type AnomalyMap,
  type DetectorMethod,
  type Score,
  type Task,
} from '@fsad/detector';
import type { Image } from '@fsad/images';
import { tensor, type Tensor, concatenate } from '@fsad/tensors';
import {
  createVariables,
  disposeVariables,
  openTfjs,
  readVariables,
  writeVariables,
  type Tfjs,
} from '@fsad/tensors/tfjs';
import { presets, schema, type PatchSvddConfig } from './config.ts';
import { embedImage } from './embed-image.ts';
import { rgbPixels, subtract, trainEncoders, type Trained } from './fit.ts';
import { combineMaps, nearestDistances, spread } from './map.ts';
import { embedding, initialWeights } from './network.ts';

interface PatchSvddModel extends Trained {
  /** For each patch size the embeddings of the training images' patches, image by image. */
  readonly banks: readonly Float32Array[];
}

const identity = { name: 'patch-svdd', numericVersion: 2 };

/** Patch SVDD (Yi and Yoon 2020): patch embeddings learned from relative positions, compared with those of the training images. */
export const method: DetectorMethod<PatchSvddConfig> = methodFromRecipe<
  PatchSvddConfig,
  PatchSvddModel,
  Tfjs
>({
  ...identity,
  engine: 'general',
  presets,
  presetFor: (name, { task }) =>
    method.presets[name === 'few-shot' && task === 'defects' ? 'few-shot-defects' : name],
  schema,
  fewestSteps: (config) => ({ ...config, steps: 1 }),
  open: openTfjs,

  async fit(task, images, context) {
    const trained = await trainEncoders(identity, task, images, context);
    const grids = images.map((image) => embed(task.config, trained, image));
    const banks = task.config.patches.map((_, i) => concatenate(grids.map((grid) => grid[i])));
    return { ...trained, banks };
  },

  score: async (task, model, images, signal) => scoresOf(await drawMaps(task, model, images, signal)),
  localize: drawMaps,
  async inspect(task, model, images, signal) {
    const maps = await drawMaps(task, model, images, signal);
    return { scores: scoresOf(maps), maps };
  },

  async pack({ variables, mean, banks }) {
    const tensors = await readVariables(variables);
    tensors.set('mean', mean);
    for (const [i, bank] of banks.entries())
      tensors.set(`bank${i}`, tensor([bank.length / embedding, embedding], bank));
    return { tensors };
  },

  async unpack({ config }, { tensors }) {
    const sizes = config.patches.map(({ size }) => size);
    const variables = createVariables(initialWeights(0, sizes));
    try {
      writeVariables(variables, new Map([...tensors].filter(([name]) => variables.has(name))), 'saved model');
      const mean: Tensor = requireTensor(tensors, 'mean');
      const banks = config.patches.map((_, i) => requireTensor(tensors, `bank${i}`).data);
      return { variables, mean, banks };
    } catch (error) {
      disposeVariables(variables);
      throw error;
    }
  },

  release: ({ variables }) => disposeVariables(variables),
});

/** The map whose maximum is the score: distances to the nearest training patch, spread over the image, sizes combined. */
async function drawMaps(
  { config }: Task<PatchSvddConfig, Tfjs>,
  model: PatchSvddModel,
  images: readonly Image[],
  signal?: AbortSignal,
): Promise<AnomalyMap[]> {
  const { size, patches, combine } = config;
  const maps: AnomalyMap[] = [];
  for (const image of images) {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    const spreads = embed(config, model, image).map((queries, i) => {
      const { size: patch, stride } = patches[i];
      const distances = nearestDistances(queries, model.banks[i], embedding);
      return spread(distances, size, patch, stride);
    });
    maps.push({ width: size, height: size, data: combineMaps(spreads, combine) });
  }
  return maps;
}

/** The largest value of each map. */
function scoresOf(maps: readonly AnomalyMap[]): Score[] {
  return maps.map(({ data }) => ({ value: data.reduce((largest, value) => Math.max(largest, value), 0) }));
}

function embed(config: PatchSvddConfig, { variables, mean }: Trained, image: Image): Float32Array[] {
  return embedImage(variables, subtract(rgbPixels([image], config.size), mean), config);
}
