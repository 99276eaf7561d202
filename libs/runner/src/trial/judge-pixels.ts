import type { Dataset, Mask, TestItem } from '@fsad/datasets';
import type { AnomalyMap } from '@fsad/detector';
import { BadImageError, stretchMap } from '@fsad/images';
import { LocalisationJudge } from '@fsad/metrics';
import type { TrialMetrics } from '../store/index.ts';

/** What pixels were judged to be worth, and what to tell the person. */
export interface JudgedPixels {
  /** Null when no mask marks anything that could be judged. */
  readonly pixel: TrialMetrics['pixel'];
  /** What is odd about masks, one line each. */
  readonly doubts: readonly string[];
}

/**
 * Pixel AUROC and per-region overlap at the masks' own size, to which maps are stretched: sound images at the size of their files, defective ones where
 * a mask is known and lies over its picture. What was left out and what is odd about masks is counted.
 * @param onBadMask `skip` leaves out a picture whose mask cannot be decoded
 * @throws BadImageError naming a mask that cannot be decoded
 */
export async function judgePixels(
  dataset: Dataset,
  items: readonly TestItem[],
  maps: readonly AnomalyMap[],
  onBadMask: 'fail' | 'skip' = 'fail',
): Promise<JudgedPixels> {
  const doubts: string[] = [];
  const judge = new LocalisationJudge();
  const used: number[] = [];
  for (const [i, item] of items.entries()) {
    const mask = await usableMask(dataset, item, doubts, onBadMask);
    if (mask === 'left out') continue;
    used.push(i);
    if (mask) judge.addDefects(stretchMap(maps[i], mask.width, mask.height), mask);
  }
  if (judge.regions === 0) return { pixel: null, doubts };
  for (const i of used) {
    const { id, hasMask } = items[i];
    const mask = hasMask ? await dataset.mask(id) : null;
    const { width, height } = mask ?? (await (dataset.shapeOf?.(id) ?? dataset.image(id)));
    judge.addImage(stretchMap(maps[i], width, height), mask);
  }
  const pixel = {
    auroc: judge.auroc(),
    pro: judge.overlap(),
    images: used.length,
    regions: judge.regions,
    leftOut: items.length - used.length,
    doubts,
  };
  return { pixel, doubts };
}

/** The mask of a picture, null for a sound one. Adds to `doubts` what is odd about it. */
async function usableMask(
  dataset: Dataset,
  { id, anomalous, hasMask }: TestItem,
  doubts: string[],
  onBadMask: 'fail' | 'skip',
): Promise<Mask | null | 'left out'> {
  if (!hasMask) return anomalous ? 'left out' : null;
  let mask: Mask | null;
  try {
    mask = await dataset.mask(id);
  } catch (error) {
    if (!(error instanceof BadImageError) || onBadMask === 'fail') throw error;
    doubts.push(`the mask of ${id} cannot be read: ${error.message}`);
    return 'left out';
  }
  if (mask?.doubt !== undefined) doubts.push(`the mask of ${id} ${mask.doubt}`);
  return mask?.unusable ? 'left out' : mask;
}
