import type { Dataset, TestItem } from '@fsad/datasets';
import type { AnomalyMap, Detector } from '@fsad/detector';
import type { Image } from '@fsad/images';
import { perRegionOverlap, pixelAuroc } from '@fsad/metrics';
import { DivergedError } from './failure.ts';
import type { TrialMetrics } from '../store/index.ts';
import { blockSize } from './score-images.ts';

/** Anomaly maps of all test images, in order. @throws DivergedError naming an image whose map is not finite; the signal's reason between two blocks. */
export async function localiseImages(
  localize: NonNullable<Detector['localize']>,
  dataset: Dataset,
  items: readonly TestItem[],
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<AnomalyMap[]> {
  const maps: AnomalyMap[] = [];
  while (maps.length < items.length) {
    signal.throwIfAborted();
    const block = items.slice(maps.length, maps.length + blockSize);
    const images = await Promise.all(block.map(({ id }) => dataset.image(id)));
    for (const [i, map] of (await localize(images, signal)).entries()) {
      if (!map.data.every(Number.isFinite)) {
        throw new DivergedError(`the anomaly map of ${block[i].id} is not finite; training diverged`);
      }
      maps.push(map);
    }
    onProgress(maps.length);
  }
  return maps;
}

/**
 * Pixel AUROC and per-region overlap at the maps' resolution: sound images as they are, defective ones where a mask is known. Null when there is no
 * mask.
 */
export async function judgePixels(
  dataset: Dataset,
  items: readonly TestItem[],
  maps: readonly AnomalyMap[],
): Promise<TrialMetrics['pixel']> {
  const used: AnomalyMap[] = [];
  const masks: (Image | null)[] = [];
  for (const [i, { id, anomalous, hasMask }] of items.entries()) {
    if (anomalous && !hasMask) continue;
    const mask = hasMask ? await dataset.mask(id) : null;
    used.push(maps[i]);
    masks.push(mask && shrinkMask(mask, maps[i].width, maps[i].height));
  }
  if (!masks.some((mask) => mask?.data.some((value) => value > 0))) return null;
  return { auroc: pixelAuroc(used, masks), pro: perRegionOverlap(used, masks), images: used.length };
}

/** The mask at another size: a pixel is defective when half of what it covers is. */
export function shrinkMask(mask: Image, width: number, height: number): Image {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = span(y, height, mask.height);
    for (let x = 0; x < width; x++) {
      const [left, right] = span(x, width, mask.width);
      let marked = 0;
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++)
          if (mask.data[row * mask.width + column] > 127) marked++;
      }
      data[y * width + x] = 2 * marked >= (bottom - top) * (right - left) ? 255 : 0;
    }
  }
  return { width, height, channels: 1, data };
}

/** The source pixels a target pixel covers: at least one. */
function span(at: number, target: number, source: number): [number, number] {
  const from = Math.floor((at * source) / target);
  return [from, Math.max(from + 1, Math.floor(((at + 1) * source) / target))];
}
