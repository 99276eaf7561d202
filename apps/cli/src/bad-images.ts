import type { Argv } from 'yargs';
import { partBadImages } from '@fsad/datasets';
import { BadImageError, type Image } from '@fsad/images';
import { RECEPTIVE_FIELD } from '@fsad/patch-network';

import type { StageProgress } from '@fsad/runner';

export type OnBadImage = 'fail' | 'skip';

/** Option of commands that read many pictures. */
export function withOnBadImage<T>(argv: Argv<T>) {
  return argv.option('on-bad-image', {
    choices: ['fail', 'skip'] as const,
    default: 'fail' as OnBadImage,
    describe: 'A picture that cannot be read ends the work, or is left out and counted',
  });
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

/** The picture itself. @throws BadImageError naming one that is smaller than the network's receptive field. */
export function largeEnough(image: Image, name: string): Image {
  const { width, height } = image;
  if (Math.min(width, height) >= RECEPTIVE_FIELD) return image;
  const field = `${RECEPTIVE_FIELD} x ${RECEPTIVE_FIELD}`;
  throw new BadImageError(
    name,
    `${width} x ${height} pixels, smaller than the network's receptive field, ${field}`,
  );
}

/** Names what was left out, and how many. */
export function sayBad(bad: readonly BadImageError[], progress: StageProgress): void {
  for (const { message } of bad) progress.say(`left out: ${message}`);
  if (bad.length > 0)
    progress.say(`${bad.length} bad ${bad.length === 1 ? 'picture was' : 'pictures were'} left out`);
}
