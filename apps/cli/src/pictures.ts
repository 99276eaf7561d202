import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Argv } from 'yargs';
import { partBadImages } from '@fsad/datasets';
import { markMadeHere, requireNoInput, walkPictures, writeFolderAtomically } from '@fsad/files';
import { reduced, sideForTiles } from '@fsad/detector';
import { BadImageError, decodeImage, encodePng, withChannels, type Image } from '@fsad/images';
import type { OpenedModel, StageProgress } from '@fsad/runner';

export type OnBadImage = 'fail' | 'skip';

/** Option of commands that read many pictures. */
export function withOnBadImage<T>(argv: Argv<T>) {
  return argv.option('on-bad-image', {
    choices: ['fail', 'skip'] as const,
    default: 'fail' as OnBadImage,
    describe: 'A picture that cannot be read ends the work, or is left out and counted',
  });
}

/** A picture on disk, decoded when asked for. */
export interface Picture {
  readonly name: string;
  image(): Promise<Image>;
}

/** What a model can be shown. */
export interface Sight {
  readonly channels: 1 | 3;
  readonly smallestSide: number;
  /** Longer side that pictures are reduced to; null leaves them as they are. */
  readonly largestSide: number | null;
}

/** What a saved model can be shown. */
export function sightOf({ method, detector, tiles }: OpenedModel): Sight {
  const largestSide = tiles > 1 ? sideForTiles(tiles) : null;
  return { channels: detector.channels ?? 3, smallestSide: method.smallestSide ?? 1, largestSide };
}

/**
 * The pictures that files and folders name, folders read recursively in the order of their names. A grey model takes colour pictures as grey and a colour
 * model grey ones as colour.
 * @throws Error naming a path that does not exist, or when there is no picture at all.
 */
export function readPictures(
  paths: readonly string[],
  { channels, smallestSide, largestSide }: Sight,
  say: (text: string) => void,
): Picture[] {
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

/** The things whose picture can be read: all of them unchecked with `fail`; with `skip` the bad ones are named and counted. */
export async function readable<T>(
  things: readonly T[],
  read: (thing: T) => Promise<unknown>,
  onBadImage: OnBadImage,
  progress: StageProgress,
  signal?: AbortSignal,
): Promise<{ good: readonly T[]; bad: readonly BadImageError[] }> {
  if (onBadImage === 'fail') return { good: things, bad: [] };
  const parted = await partBadImages(things, read, {
    signal,
    onProgress: ({ done, total }) => progress.update('looking for bad pictures', done, total),
  });
  sayBad(parted.bad, progress);
  if (parted.good.length === 0) throw new Error(`none of the ${things.length} pictures can be read`);
  return parted;
}

/** The picture itself. @throws BadImageError naming one that is smaller than the method can see. */
export function largeEnough(image: Image, name: string, smallestSide: number): Image {
  const { width, height } = image;
  if (Math.min(width, height) >= smallestSide) return image;
  const least = `${smallestSide} x ${smallestSide}`;
  throw new BadImageError(name, `${width} x ${height} pixels, the method needs ${least} at least`);
}

/** Names what was left out, and how many. */
export function sayBad(bad: readonly BadImageError[], progress: StageProgress): void {
  for (const { message } of bad) progress.say(`left out: ${message}`);
  if (bad.length > 0)
    progress.say(`${bad.length} bad ${bad.length === 1 ? 'picture was' : 'pictures were'} left out`);
}

/** Writes a picture as PNG. @throws OutputError when a picture lies there that this program did not draw. */
export async function writePicture(directory: string, name: string, image: Image): Promise<void> {
  await requireNoInput([join(directory, name)], [], 'a picture');
  await writeFolderAtomically(directory, new Map([[name, markMadeHere(await encodePng(image))]]));
}
