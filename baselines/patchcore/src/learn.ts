import type { FeatureExtractor } from '@fsad/features';
import { tensor, type Tensor, concatenate } from '@fsad/tensors';
import { Bank, nearestOfOwn, outlineOf, type Shelf } from './bank.ts';
import { chooseCoreset } from './coreset.ts';
import type { PatchCoreConfig } from './config.ts';
import { embed, type Patches } from './embed.ts';
import { evennessOf } from './evenness.ts';
import {
  channelsOf,
  measureUsual,
  nothingUsual,
  shareBetweenPlaces,
  standardise,
  type Usual,
} from './standard.ts';
import { insideView, seen, viewsOf } from './views.ts';

/** What is usual is measured on the first pictures, so many at most; their patches are kept while learning. */
const measured = 8;

/** Patches are thinned on the way when so many times the bank's limit have come together, so that memory stays bounded. */
const slack = 8;

/** What was learned. */
export interface Learned {
  /** To be disposed by whoever learned it. */
  readonly bank: Bank;
  /** Null where features are taken as they are. */
  readonly usual: Usual | null;
  /** Of a surface, what distances are multiplied by, place by place; null for a thing. */
  readonly evenness: Float32Array | null;
  /** The largest median distance of a training picture to another view, of itself or else of the next picture; 0 where that is not asked for. */
  readonly reach: number;
}

/** The patches of a square picture [1, side, side, 3] in [-1, 1], as they are compared. */
export async function patchesOf(
  config: PatchCoreConfig,
  network: FeatureExtractor,
  usual: Usual | null,
  picture: Tensor,
): Promise<Patches> {
  const maps = await network.extract(picture);
  return compared(config, usual, embed(maps, config.grid, config.neighbourhood), channelsOf(maps));
}

function compared(
  { softness }: PatchCoreConfig,
  usual: Usual | null,
  patches: Patches,
  channels: readonly number[],
): Patches {
  return usual && softness !== null ? standardise(patches, channels, usual, softness) : patches;
}

/**
 * The memory bank of training pictures: patches of all of them in all views, thinned to a coreset (Roth et al. 2022, Sec. 3.1 and 3.2). With `retrieve`
 * every picture has a shelf of its own for every view, else there is one for all.
 * @param picture gives training picture i as [1, side, side, 3] in [-1, 1]
 * @param onStep called after each view of each picture; what it throws ends the learning
 */
export async function learn(
  config: PatchCoreConfig,
  network: FeatureExtractor,
  count: number,
  picture: (i: number) => Tensor,
  seed: number,
  onStep: (done: number, total: number) => Promise<void>,
): Promise<Learned> {
  const { grid, mirrored, retrieve, coreset } = config;
  const views = viewsOf(turnsFor(config, count), mirrored);
  const shelfLimit = Math.max(1, Math.floor(coreset.limit / (count * views.length)));
  const steps = count * views.length;
  let done = 0;
  const first = await lookAtFirst(config, network, Math.min(measured, count), picture, async () => {
    await onStep(++done, steps);
  });
  const { channels } = first;
  const { usual, surface } = usualOf(config, first.patches, channels);
  const unturned = first.patches.map((patches) => compared(config, usual, patches, channels));
  const shelves: Shelf[] = [];
  let pool = new Pool(coreset, seed);
  for (let i = 0; i < count; i++) {
    const original = picture(i);
    for (const [v, view] of views.entries()) {
      const known = v === 0 ? unturned[i] : undefined;
      const patches = known ?? (await patchesOf(config, network, usual, seen(original, view)));
      const inside = insideView(view, grid).flatMap((shown, place) => (shown ? [place] : []));
      pool.add(select(patches.data, patches.dimensions, inside), patches.dimensions);
      if (retrieve !== null) {
        shelves.push({ vectors: pool.finish(shelfLimit), picture: i, outline: outlineOf(patches) });
        pool = new Pool(coreset, seed);
      }
      if (!known) await onStep(++done, steps);
    }
  }
  if (retrieve === null) {
    shelves.push({ vectors: pool.finish(coreset.limit), picture: 0, outline: new Float32Array(0) });
  }
  const bank = new Bank(shelves);
  return {
    bank,
    usual,
    evenness: surface ? await evennessFrom(config, unturned) : null,
    reach: config.own ? await reachOf(bank, unturned, views.length) : 0,
  };
}

/** Measured on distances of training pictures to their own patches, of which there are enough from one picture on. */
async function evennessFrom(
  { grid, own, surface }: PatchCoreConfig,
  pictures: readonly Patches[],
): Promise<Float32Array> {
  if (!own || !surface?.border) return new Float32Array(grid * grid).fill(1);
  const distances: Float32Array[] = [];
  for (const patches of pictures) distances.push(await nearestOfOwn(patches, own.radius));
  return evennessOf(distances, grid, surface.border);
}

/** What is taken from features, what is usual in pictures of a surface and nothing in others; and whether `surface` found them to be of one. */
function usualOf(
  { softness, surface }: PatchCoreConfig,
  patches: readonly Patches[],
  channels: readonly number[],
): { readonly usual: Usual | null; readonly surface: boolean } {
  if (softness === null) return { usual: null, surface: false };
  const usual = measureUsual(patches, channels);
  if (surface === null) return { usual, surface: false };
  const shares = patches.map((one) => shareBetweenPlaces(standardise(one, channels, usual, softness)));
  return shares.reduce((sum, share) => sum + share, 0) / shares.length < surface.share
    ? { usual, surface: true }
    : { usual: nothingUsual(usual), surface: false };
}

/** How far training pictures are from another view: shelves come picture by picture, view by view. */
async function reachOf(bank: Bank, unturned: readonly Patches[], views: number): Promise<number> {
  let reach = 0;
  for (const [i, patches] of unturned.entries()) {
    const other = (i * views + 1) % bank.shelves.length;
    if (other === i * views) continue; // a single picture in a single view
    reach = Math.max(reach, median((await bank.nearest(patches, [other])).distance));
  }
  return reach;
}

/** The middle one of some values, the lower of two. */
export function median(values: Float32Array): number {
  return Float32Array.from(values).sort()[(values.length - 1) >> 1];
}

/** Turns of each of `count` pictures: as configured, or so many that there are no more than `views` pictures in all; one at least. */
export function turnsFor({ turns, mirrored, views }: PatchCoreConfig, count: number): number {
  return Math.max(1, Math.min(turns, Math.floor(views / count / (mirrored ? 2 : 1))));
}

/** The patches of the first pictures as they are, and the channels of their layers. */
async function lookAtFirst(
  config: PatchCoreConfig,
  network: FeatureExtractor,
  count: number,
  picture: (i: number) => Tensor,
  onStep: () => Promise<void>,
): Promise<{ readonly patches: Patches[]; readonly channels: number[] }> {
  const patches: Patches[] = [];
  let channels: number[] = [];
  for (let i = 0; i < count; i++) {
    const maps = await network.extract(picture(i));
    channels = channelsOf(maps);
    patches.push(embed(maps, config.grid, config.neighbourhood));
    await onStep();
  }
  return { patches, channels };
}

/** Vectors that come in one after the other, of which a coreset stays. */
class Pool {
  readonly #coreset: PatchCoreConfig['coreset'];
  readonly #seed: number;
  #parts: Float32Array[] = [];
  #dimensions = 0;
  /** Vectors held, and all that ever came. */
  #held = 0;
  #total = 0;

  constructor(coreset: PatchCoreConfig['coreset'], seed: number) {
    this.#coreset = coreset;
    this.#seed = seed;
  }

  add(vectors: Float32Array, dimensions: number): void {
    this.#dimensions = dimensions;
    this.#parts.push(vectors);
    this.#held += vectors.length / dimensions;
    this.#total += vectors.length / dimensions;
    if (this.#held > slack * this.#coreset.limit) this.#thin(this.#coreset.limit);
  }

  /** What stays: the share that is asked for, `limit` at most. */
  finish(limit: number): Tensor {
    this.#thin(Math.min(limit, Math.ceil(this.#coreset.fraction * this.#total)));
    return tensor([this.#held, this.#dimensions], this.#parts[0]);
  }

  #thin(keep: number): void {
    const all = concatenate(this.#parts);
    const dimensions = this.#dimensions;
    this.#parts = [all];
    if (this.#held <= keep) return;
    const chosen = chooseCoreset(all, dimensions, keep, this.#coreset.projection, this.#seed);
    this.#parts = [select(all, dimensions, chosen)];
    this.#held = chosen.length;
  }
}

function select(vectors: Float32Array, dimensions: number, which: ArrayLike<number>): Float32Array {
  const result = new Float32Array(which.length * dimensions);
  for (let i = 0; i < which.length; i++) {
    result.set(vectors.subarray(which[i] * dimensions, (which[i] + 1) * dimensions), i * dimensions);
  }
  return result;
}
