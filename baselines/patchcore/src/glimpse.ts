import { bySeries } from '@fsad/detector';
import type { FeatureExtractor } from '@fsad/features';
import type { Image } from '@fsad/images';
import type { Tensor } from '@fsad/tensors';
import type { PatchCoreConfig } from './config.ts';
import { embed, type Patches } from './embed.ts';
import { lookAt } from './pixels.ts';
import { channelsOf } from './standard.ts';
import type { Frame } from './upright.ts';
import { seen, type View } from './views.ts';

/** What a network gives for a picture in a view, before what is usual is taken from it. */
export interface Glimpse {
  readonly patches: Patches;
  /** The numbers each layer gives. */
  readonly channels: readonly number[];
}

/** Looks at training picture i in a view. */
export type Look = (i: number, view: View) => Promise<Glimpse>;

/** So many bytes are kept for the next fits of a series. */
const LIMIT = 100e6;

/** What fits of one series have seen: fits on nearly the same pictures, which need not go through the network again. */
class Kept {
  #bytes = 0;
  readonly #glimpses = new Map<Image, Map<string, Glimpse>>();

  async find(image: Image, key: string, make: () => Promise<Glimpse>): Promise<Glimpse> {
    const ofImage = this.#glimpses.get(image) ?? new Map<string, Glimpse>();
    const known = ofImage.get(key);
    if (known) return known;
    const made = await make();
    const bytes = made.patches.data.byteLength;
    if (this.#bytes + bytes <= LIMIT) {
      this.#bytes += bytes;
      this.#glimpses.set(image, ofImage.set(key, made));
    }
    return made;
  }
}

const keptOf = bySeries(() => new Kept());

/**
 * How training pictures are looked at, through one network or another.
 * @param series what was seen is kept under it for fits that come with the same; nothing is where it is left out
 */
export function looksAt(
  config: PatchCoreConfig,
  frame: Frame | null,
  images: readonly Image[],
  series?: object,
): (network: FeatureExtractor) => Look {
  const kept = keptOf(series);
  let latest: { readonly i: number; readonly pixels: Tensor } | null = null;
  const pixelsOf = (i: number): Tensor => {
    if (latest?.i !== i) latest = { i, pixels: lookAt(config, frame, images[i]).pixels };
    return latest.pixels;
  };
  return (network) => (i, view) => {
    const make = (): Promise<Glimpse> => glimpse(config, network, seen(pixelsOf(i), view));
    const { size, crop, grid, neighbourhood } = config;
    const key = JSON.stringify([network.identity, size, crop, frame, view, grid, neighbourhood]);
    return kept ? kept.find(images[i], key, make) : make();
  };
}

/** What a network gives for a square picture [1, side, side, 3] in [-1, 1]. */
export async function glimpse(
  { grid, neighbourhood }: PatchCoreConfig,
  network: FeatureExtractor,
  picture: Tensor,
): Promise<Glimpse> {
  const maps = await network.extract(picture);
  return { patches: embed(maps, grid, neighbourhood), channels: channelsOf(maps) };
}
