import type { PatchCoreConfig } from './config.ts';
import { joined, partsOf, type Patches } from './embed.ts';
import type { Glimpse, Look } from './glimpse.ts';
import { measureUsual, shareBetweenPlaces, standardise, type Usual } from './standard.ts';
import { UNTURNED } from './views.ts';

/** What is usual is measured on the first pictures, so many at most; their patches are kept while learning. */
const measured = 8;

/** What kind of pictures the training pictures are, and how such are looked at. */
export interface Kind {
  readonly surface: boolean;
  /** Layers of the network that are compared, and the numbers each gives. */
  readonly layers: readonly number[];
  readonly channels: readonly number[];
  /** Null where features are taken as they are. */
  readonly usual: Usual | null;
  /** The patches of the first pictures, as they are compared. */
  readonly first: readonly Patches[];
}

/** The layers that may be compared: those of things, and those of surfaces that are not among them. */
export function layersFor({ layers, surface }: PatchCoreConfig): number[] {
  return [...new Set([...layers, ...(surface?.layers ?? [])])];
}

/**
 * Tells by the first of `count` pictures whether they are of a surface, and measures what is usual in them.
 * @param look through a network that gives the layers of `layersFor`
 * @param onStep called after each picture; what it throws ends it
 */
export async function tellKind(
  config: PatchCoreConfig,
  look: Look,
  count: number,
  onStep: () => Promise<void>,
): Promise<Kind> {
  const all = layersFor(config);
  const pictures: Patches[] = [];
  let channels: readonly number[] = [];
  for (let i = 0; i < Math.min(measured, count); i++) {
    const seen = await look(i, UNTURNED);
    channels = seen.channels;
    pictures.push(seen.patches);
    await onStep();
  }
  const { softness, surface } = config;
  const looked = (layers: readonly number[], centred: boolean): Omit<Kind, 'surface'> => {
    const which = layers.map((layer) => all.indexOf(layer));
    const chosen = which.map((part) => channels[part]);
    const raw = pictures.map((patches) => {
      const parts = partsOf(patches, channels);
      return joined(which.map((part) => parts[part]));
    });
    const usual = softness === null ? null : measureUsual(raw, chosen, centred);
    const first = raw.map((patches) => compared(config, usual, { patches, channels: chosen }));
    return { layers, channels: chosen, usual, first };
  };
  const asSurface = looked(config.layers, true);
  if (surface === null) return { surface: false, ...asSurface };
  const between = asSurface.first.reduce((sum, one) => sum + shareBetweenPlaces(one) / pictures.length, 0);
  return between < surface.share
    ? { surface: true, ...(surface.layers ? looked(surface.layers, true) : asSurface) }
    : { surface: false, ...looked(config.layers, false) };
}

/** The patches of a picture as they are compared. */
export function compared(
  { softness }: PatchCoreConfig,
  usual: Usual | null,
  { patches, channels }: Glimpse,
): Patches {
  return usual && softness !== null ? standardise(patches, channels, usual, softness) : patches;
}
