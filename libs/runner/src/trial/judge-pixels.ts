import type { Dataset, TestItem } from '@fsad/datasets';
import type { AnomalyMap } from '@fsad/detector';
import { resizeMask, type Image } from '@fsad/images';
import { perRegionOverlap, pixelAuroc } from '@fsad/metrics';
import type { TrialMetrics } from '../store/index.ts';

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
    masks.push(mask && resizeMask(mask, maps[i].width, maps[i].height));
  }
  if (!masks.some((mask) => mask?.data.some((value) => value > 0))) return null;
  return { auroc: pixelAuroc(used, masks), pro: perRegionOverlap(used, masks), images: used.length };
}
