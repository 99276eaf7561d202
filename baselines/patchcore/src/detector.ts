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
import { looksAt } from './glimpse.ts';
import { drawMap, inspectPicture, type Finding } from './inspect.ts';
import { layersFor, tellKind } from './kind.ts';
import { learn, turnsFor, type Learned } from './learn.ts';
import { lookAt } from './pixels.ts';
import type { Usual } from './standard.ts';
import { frameFor, turnBack, type Frame, type Placement } from './upright.ts';
import { viewsOf } from './views.ts';

interface PatchCoreModel extends Learned {
  readonly network: FeatureExtractor;
  /** Those of the network that are compared. */
  readonly layers: readonly number[];
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
  numericVersion: 6,
  engine: 'general',
  quickFit: true,
  shorthands: {
    // An ONNX file's outputs count from 0; the blocks of the method's own network are not among them.
    features: (features) => ({
      features,
      ...(String(features).endsWith('.onnx') && { layers: [0], 'surface.layers': null }),
    }),
  },
  presets,
  presetFor: (name, { task }) =>
    presets[name === 'few-shot' && task === 'one-class' ? 'global' : (name as 'official')],
  schema,
  open: (runtime) => openTfjs({ ...runtime, gradients: false }),

  async fit({ config }, images, { seed, signal, report, series }) {
    const frame = config.upright ? frameFor(images) : null;
    const turned = { ...config, turns: frame ? Math.min(2, config.turns) : config.turns };
    const through = looksAt(config, frame, images, series);
    const total = images.length * viewsOf(turnsFor(turned, images.length), config.mirrored).length;
    let done = 0;
    const onStep = async (): Promise<void> => {
      await breathe(signal);
      report({ type: 'progress', stage: 'patches', done: ++done, total });
    };
    const kind = await using(await openNetwork(config, layersFor(config)), (network) =>
      tellKind(config, through(network), images.length, onStep),
    );
    const network = await openNetwork(config, kind.layers);
    try {
      const learned = await learn(turned, through(network), kind, images.length, seed, onStep);
      return { network, layers: kind.layers, frame, ...learned };
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

  async pack({ network, layers, frame, bank, usual, evenness, reach }) {
    const tensors = packShelves(bank.shelves);
    if (usual) {
      tensors.set('mean', tensor([usual.mean.length], usual.mean));
      tensors.set('energy', tensor([usual.energy.length], usual.energy));
    }
    if (evenness) tensors.set('evenness', tensor([evenness.length], evenness));
    const pictures = bank.shelves.map(({ picture }) => picture);
    return {
      tensors,
      state: { network: network.identity, layers, parts: bank.parts, pictures, reach, frame },
    };
  },

  async unpack({ config }, { tensors, state }) {
    const shelves = unpackShelves(tensors, state.pictures as number[]);
    const [, dimensions] = shelves[0].vectors.shape;
    const { layers, parts, reach, frame } = state as Pick<PatchCoreModel, 'layers' | 'reach' | 'frame'> & {
      readonly parts: readonly number[];
    };
    const usual = config.softness === null ? null : unpackUsual(tensors, dimensions, layers.length);
    const evenness = tensors.has('evenness')
      ? requireTensor(tensors, 'evenness', [config.grid ** 2]).data
      : null;
    const network = await openNetwork(config, layers);
    if (network.identity !== state.network) {
      network.dispose();
      throw new Error(
        `the model was learned with the features of ${String(state.network)}, found here: ${network.identity}; fit it again`,
      );
    }
    return { network, layers, frame, bank: new Bank(shelves, parts), usual, evenness, reach };
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
async function openNetwork(
  { features, size, crop }: PatchCoreConfig,
  layers: readonly number[],
): Promise<FeatureExtractor> {
  const network = await openFeatures(features, layers);
  const side = crop ?? size;
  if (network.side === null || network.side === side) return network;
  network.dispose();
  throw new Error(
    `patchcore: ${features} takes ${network.side} pixels a side, not ${side}; set size to ${network.side} and crop to null`,
  );
}

/** What `use` makes of a network, which is freed then. */
async function using<T>(
  network: FeatureExtractor,
  use: (network: FeatureExtractor) => Promise<T>,
): Promise<T> {
  try {
    return await use(network);
  } finally {
    network.dispose();
  }
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
