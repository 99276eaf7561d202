import { HtdgDetector, readFinished } from '@fsad/htdg';
import type { Image } from '@fsad/images';
import { openEngine } from '@fsad/patch-network';
import type { ScalePictures } from '../messages.ts';
import { imageData } from '../pictures/draw.ts';

/** What the finished scales of a training see and make of its first picture; none before there is a scale. */
export async function finishedScales(folder: string, images: readonly Image[]): Promise<ScalePictures[]> {
  const model = await readFinished(folder);
  if (!model) return [];
  const detector = new HtdgDetector(model.config, await openEngine('wasm'), model);
  const [views] = await detector.scaleViews(images);
  return views.map(({ real, reconstruction, samples }, n) => ({
    side: model.scales[n].side,
    real: imageData(real),
    reconstruction: reconstruction && imageData(reconstruction),
    samples: samples.map(imageData),
  }));
}
