import type { Image } from '@fsad/images';

/** The mean of a picture's levels, 0 to 255, over pixels and channels. */
export function meanLevel({ data }: Image): number {
  return data.reduce((sum, level) => sum + level, 0) / data.length;
}
