import type { FeatureExtractor } from '@fsad/features';
import { openFeatures } from '@fsad/features/open';
import {
  methodFromRecipe,
  nextTurn,
  requireTensor,
  type AnomalyMap,
  type DetectorMethod,
  type Score,
} from '@fsad/detector';
import type { Image } from '@fsad/images';
import { tensor, type Tensor } from '@fsad/tensors';
import { openTfjs, type Tfjs } from '@fsad/tensors/tfjs';
import { Bank, type Shelf } from './bank.ts';
import { presets, schema, type PatchCoreConfig } from './config.ts';
import { drawMap, inspectPicture, type Finding } from './inspect.ts';
import { learn, type Learned } from './learn.ts';
import { lookAt } from './pixels.ts';
import type { Usual } from './standard.ts';
import { frameFor, turnBack, type Frame, type Placement } from './upright.ts';

interface PatchCoreModel extends Learned {
  readonly network: FeatureExtractor;
  /** What is looked at of each picture; null for all of it. */
  readonly frame: Frame | null;
}

/** PatchCore (Roth et al. 2022): distances to the patches of the training pictures, seen through a network that was trained on ImageNet. */
export const method: DetectorMethod<PatchCoreConfig> = methodFromRecipe<
  PatchCoreConfig,
  PatchCoreModel,
  Tfjs
>({
  name: 'patchcore',
  numericVersion: 4,
  engine: 'general',
  quickFit: true,
  shorthands: {
    // An ONNX file's outputs count from 0; the blocks of the method's own network are not among them.
    features: (features) => ({ features, ...(String(features).endsWith('.onnx') && { layers: [0] }) }),
  },
  presets,
  presetFor: (name, { task }) =>
    presets[name === 'few-shot' && task === 'one-class' ? 'global' : (name as 'official')],
  schema,
  open: (runtime) => openTfjs({ ...runtime, gradients: false }),

  async fit({ config }, images, { seed, signal, report }) {
    const network = await openNetwork(config);
    try {
      const frame = config.upright ? frameFor(images) : null;
      const picture = (i: number) => lookAt(config, frame, images[i]).pixels;
      const turns = frame ? Math.min(2, config.turns) : config.turns;
      const learned = await learn(
        { ...config, turns },
        network,
        images.length,
        picture,
        seed,
        async (done, total) => {
          await breathe(signal);
          report({ type: 'progress', stage: 'patches', done, total });
        },
      );
      return { network, frame, ...learned };
    } catch (error) {
      network.dispose();
      throw error;
    }
  },

  async score({ config }, model, images, signal) {
    const scores: Score[] = [];
    for (const image of images) {
      await breathe(signal);
      scores.push({ value: (await find(config, model, image)).score });
    }
    return scores;
  },

  async inspect({ config }, model, images, signal) {
    const side = config.crop ?? config.size;
    const scores: Score[] = [];
    const maps: AnomalyMap[] = [];
    for (const image of images) {
      await breathe(signal);
      const { score, distances, place } = await find(config, model, image);
      const map = drawMap(config, distances);
      scores.push({ value: score });
      maps.push({ width: side, height: side, data: place ? turnBack(map, side, place) : map });
    }
    return { scores, maps };
  },

  async pack({ network, frame, bank, usual, evenness, reach }) {
    const tensors = packShelves(bank.shelves);
    if (usual) {
      tensors.set('mean', tensor([usual.mean.length], usual.mean));
      tensors.set('energy', tensor([usual.energy.length], usual.energy));
    }
    if (evenness) tensors.set('evenness', tensor([evenness.length], evenness));
    const pictures = bank.shelves.map(({ picture }) => picture);
    return { tensors, state: { network: network.identity, pictures, reach, frame } };
  },

  async unpack({ config }, { tensors, state }) {
    const shelves = unpackShelves(tensors, state.pictures as number[]);
    const [, dimensions] = shelves[0].vectors.shape;
    const usual = config.softness === null ? null : unpackUsual(tensors, dimensions, config.layers.length);
    const evenness = tensors.has('evenness')
      ? requireTensor(tensors, 'evenness', [config.grid ** 2]).data
      : null;
    const network = await openNetwork(config);
    if (network.identity !== state.network) {
      network.dispose();
      throw new Error(
        `the model was learned with the features of ${String(state.network)}, found here: ${network.identity}; fit it again`,
      );
    }
    const { reach, frame } = state as { reach: number; frame: Frame | null };
    return { network, frame, bank: new Bank(shelves), usual, evenness, reach };
  },

  async toOnnx({ config, channels }, model) {
    if (model.frame) {
      throw new Error(
        'patchcore: the model turns things upright before it looks at them, which cannot be written as ONNX; fit it with upright=false to export it',
      );
    }
    const { patchcoreToOnnx } = await import('./export/to-onnx.ts');
    return patchcoreToOnnx(config, model.network, model, channels);
  },

  release({ network, bank }) {
    network.dispose();
    bank.dispose();
  },
});

/** Opens the configured network. @throws Error where it insists on another size. */
async function openNetwork({ features, layers, size, crop }: PatchCoreConfig): Promise<FeatureExtractor> {
  const network = await openFeatures(features, layers);
  const side = crop ?? size;
  if (network.side === null || network.side === side) return network;
  network.dispose();
  throw new Error(
    `patchcore: ${features} takes ${network.side} pixels a side, not ${side}; set size to ${network.side} and crop to null`,
  );
}

function packShelves(shelves: readonly Shelf[]): Map<string, Tensor> {
  return new Map(
    shelves.flatMap(({ vectors, outline }, i): [string, Tensor][] => [
      [`shelf/${i}`, vectors],
      [`outline/${i}`, tensor([outline.length], outline)],
    ]),
  );
}

function unpackShelves(tensors: ReadonlyMap<string, Tensor>, pictures: readonly number[]): Shelf[] {
  return pictures.map((picture, i) => ({
    vectors: requireTensor(tensors, `shelf/${i}`),
    picture,
    outline: requireTensor(tensors, `outline/${i}`).data,
  }));
}

function unpackUsual(tensors: ReadonlyMap<string, Tensor>, dimensions: number, layers: number): Usual {
  return {
    mean: requireTensor(tensors, 'mean', [dimensions]).data,
    energy: requireTensor(tensors, 'energy', [layers]).data,
  };
}

async function find(
  config: PatchCoreConfig,
  { network, frame, ...learned }: PatchCoreModel,
  image: Image,
): Promise<Finding & { readonly place: Placement | null }> {
  const { pixels, place } = lookAt(config, frame, image);
  return { ...(await inspectPicture(config, network, learned, pixels)), place };
}

/** Lets others have their turn between two pictures. @throws the signal's reason. */
async function breathe(signal?: AbortSignal): Promise<void> {
  await nextTurn();
  signal?.throwIfAborted();
}
