import type { Score } from '@fsad/detector';
import type { TestItem } from '@fsad/datasets';
import { auroc } from '@fsad/metrics';
import { columns, judge, type TrialMetrics } from '@fsad/runner';
import { minMaxScores } from '@fsad/scoring';

/** How well scores tell anomalous from normal images, and the published code's second figure, scaled over the test set. */
export function evaluate(
  items: readonly TestItem[],
  scores: readonly Score[],
  pixel: TrialMetrics['pixel'],
): TrialMetrics & { readonly minMax: number } {
  const metrics = judge(columns(items, scores), pixel);
  const perScale = scores.map(({ scales }) => scales ?? []);
  const labels = items.map(({ anomalous }) => anomalous);
  return { ...metrics, minMax: auroc(minMaxScores(perScale), labels) };
}
