import { statSync } from 'node:fs';
import { join } from 'node:path';
import { partBadImages } from '@fsad/datasets';
import { reduced, sideForTiles } from '@fsad/detector';
import { walkPictures } from '@fsad/files';
import { BadImageError, decodeImage, withChannels, type Image } from '@fsad/images';
import type { OpenedModel } from './open-model.ts';

/** A picture that is decoded when asked for. */
export interface NamedPicture {
  readonly name: string;
  image(): Promise<Image>;
}

/** A picture that cannot be read ends the work, or is left out and counted. */
export type OnBadImage = 'fail' | 'skip';

/** What a model can be shown. */
interface Sight {
  readonly channels: 1 | 3;
  readonly smallestSide: number;
  /** Longer side that pictures are reduced to, so that memory does not grow with the camera; null leaves them as they are. */
  readonly largestSide: number | null;
}

export function sightOf({
  method,
  detector,
  tiles,
}: Pick<OpenedModel, 'method' | 'detector' | 'tiles'>): Sight {
  const largestSide = tiles > 1 ? sideForTiles(tiles) : null;
  return { channels: detector.channels ?? 3, smallestSide: method.smallestSide ?? 1, largestSide };
}

/**
 * The pictures that files and folders name, folders read recursively in the order of their names. A grey model takes colour pictures as grey and a colour
 * model grey ones as colour.
 * @param say told in a line what of a folder was passed over, and why
 * @throws Error naming a path that does not exist, or when there is no picture at all.
 */
export function readPictures(
  paths: readonly string[],
  model: Pick<OpenedModel, 'method' | 'detector' | 'tiles'>,
  say: (text: string) => void,
): NamedPicture[] {
  const { channels, smallestSide, largestSide } = sightOf(model);
  const names = paths.flatMap((path) => {
    if (!statSync(path).isDirectory()) return [path];
    const { pictures, passedOver } = walkPictures(path);
    const left = passedOver.inWords();
    if (left !== null) say(`${path}: ${left}`);
    return pictures.map(({ id }) => join(path, id));
  });
  if (names.length === 0) throw new Error(`there is no picture in ${paths.join(', ')}`);
  return names.map((name) => ({
    name,
    image: async () => {
      const image = largeEnough(withChannels(await decodeImage(name), channels), name, smallestSide);
      return largestSide === null ? image : reduced(image, largestSide);
    },
  }));
}

/** What is told while many pictures are read. */
export interface ReadingProgress {
  readonly say: (text: string) => void;
  readonly onProgress: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * The things whose picture can be read: all of them unchecked with `fail`; with `skip` the bad ones are named and counted.
 * @throws Error when none can be read; the signal's reason
 */
export async function readable<T>(
  things: readonly T[],
  read: (thing: T) => Promise<unknown>,
  onBadImage: OnBadImage,
  { say, onProgress, signal }: ReadingProgress,
): Promise<{ good: readonly T[]; bad: readonly BadImageError[] }> {
  if (onBadImage === 'fail') return { good: things, bad: [] };
  const parted = await partBadImages(things, read, {
    signal,
    onProgress: ({ done, total }) => onProgress(done, total),
  });
  for (const line of leftOutInWords(parted.bad)) say(line);
  if (parted.good.length === 0) throw new Error(`none of the ${things.length} pictures can be read`);
  return parted;
}

/** Names what was left out, and how many. */
export function leftOutInWords(bad: readonly BadImageError[]): string[] {
  if (bad.length === 0) return [];
  const count = `${bad.length} bad ${bad.length === 1 ? 'picture was' : 'pictures were'} left out`;
  return [...bad.map(({ message }) => `left out: ${message}`), count];
}

/** The picture itself. @throws BadImageError naming one that is smaller than the method can see. */
export function largeEnough(image: Image, name: string, smallestSide: number): Image {
  const { width, height } = image;
  if (Math.min(width, height) >= smallestSide) return image;
  const least = `${smallestSide} x ${smallestSide}`;
  throw new BadImageError(name, `${width} x ${height} pixels, the method needs ${least} at least`);
}
