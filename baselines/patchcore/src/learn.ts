import { tensor, type Tensor, concatenate } from '@fsad/tensors';
import { Bank, outlineOf, type Shelf } from './bank.ts';
import { chooseCoreset } from './coreset.ts';
import type { PatchCoreConfig } from './config.ts';
import type { Patches } from './embed.ts';
import { evennessOf } from './evenness.ts';
import type { Look } from './glimpse.ts';
import { compared, type Kind } from './kind.ts';
import type { Usual } from './standard.ts';
import { insideView, viewsOf } from './views.ts';

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

/**
 * The memory bank of training pictures: patches of all of them in all views, thinned to a coreset (Roth et al. 2022, Sec. 3.1 and 3.2). With `retrieve`
 * every picture has a shelf of its own for every view, else there is one for all.
 * @param look through a network that gives the layers of `kind`
 * @param onStep called after each view of each picture but those that `kind` knows; what it throws ends the learning
 */
export async function learn(
  config: PatchCoreConfig,
  look: Look,
  { usual, surface, channels, first }: Kind,
  count: number,
  seed: number,
  onStep: () => Promise<void>,
): Promise<Learned> {
  const { grid, mirrored, retrieve, coreset, apart } = config;
  const views = viewsOf(turnsFor(config, count), mirrored);
  const shelfLimit = Math.max(1, Math.floor(coreset.limit / (count * views.length)));
  const shelves: Shelf[] = [];
  let pool = new Pool(coreset, seed);
  for (let i = 0; i < count; i++) {
    for (const [v, view] of views.entries()) {
      const known = v === 0 ? first[i] : undefined;
      const patches = known ?? compared(config, usual, await look(i, view));
      const inside = insideView(view, grid).flatMap((shown, place) => (shown ? [place] : []));
      pool.add(select(patches.data, patches.dimensions, inside), patches.dimensions);
      if (retrieve !== null) {
        shelves.push({ vectors: pool.finish(shelfLimit), picture: i, outline: outlineOf(patches) });
        pool = new Pool(coreset, seed);
      }
      if (!known) await onStep();
    }
  }
  if (retrieve === null) {
    shelves.push({ vectors: pool.finish(coreset.limit), picture: 0, outline: new Float32Array(0) });
  }
  const total = channels.reduce((sum, dimensions) => sum + dimensions, 0);
  const bank = new Bank(shelves, apart ? channels : [total]);
  return {
    bank,
    usual,
    evenness: surface ? await evennessFrom(config, bank, first) : null,
    reach: config.own ? await reachOf(bank, first, views.length) : 0,
  };
}

/** Measured on distances of training pictures to their own patches, of which there are enough from one picture on. */
async function evennessFrom(
  { grid, own, surface }: PatchCoreConfig,
  bank: Bank,
  pictures: readonly Patches[],
): Promise<Float32Array> {
  if (!own || !surface?.border) return new Float32Array(grid * grid).fill(1);
  const distances: Float32Array[] = [];
  for (const patches of pictures) distances.push(sumOf(await bank.nearestOfOwn(patches, own.radius)));
  return evennessOf(distances, grid, surface.border);
}

/** How far training pictures are from another view: shelves come picture by picture, view by view. */
async function reachOf(bank: Bank, unturned: readonly Patches[], views: number): Promise<number> {
  let reach = 0;
  for (const [i, patches] of unturned.entries()) {
    const other = (i * views + 1) % bank.shelves.length;
    if (other === i * views) continue; // a single picture in a single view
    reach = Math.max(reach, median(sumOf(await bank.nearest(patches, [other]))));
  }
  return reach;
}

/** Distances of the parts of patches, added place by place. */
export function sumOf(parts: readonly Float32Array[]): Float32Array {
  return parts[0].map((_, i) => parts.reduce((sum, part) => sum + part[i], 0));
}

/** The middle one of some values, the lower of two. */
export function median(values: Float32Array): number {
  return Float32Array.from(values).sort()[(values.length - 1) >> 1];
}

/** Turns of each of `count` pictures: as configured, or so many that there are no more than `views` pictures in all; one at least. */
export function turnsFor({ turns, mirrored, views }: PatchCoreConfig, count: number): number {
  return Math.max(1, Math.min(turns, Math.floor(views / count / (mirrored ? 2 : 1))));
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
