import type { Image } from '@fsad/images';
import type { Told } from '../messages.ts';
import { finishedScales } from './scales.ts';

/** Tells the page what HTDG's scales make, whenever one more is finished. */
export const scalesShown =
  (tell: (message: Told) => void) =>
  async (folder: string, images: readonly Image[]): Promise<void> => {
    const scales = await finishedScales(folder, images);
    if (scales.length > 0) tell({ type: 'scales', scales });
  };
