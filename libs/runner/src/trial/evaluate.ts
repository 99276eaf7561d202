import type { TestItem } from '@fsad/datasets';
import type { Score } from '@fsad/detector';
import { auroc } from '@fsad/metrics';
import { minMaxScores } from '@fsad/scoring';
import type { TrialMetrics } from '../store/index.ts';
import { columns, judge } from './judge.ts';

/**
 * How well scores tell anomalous from normal images, and for methods with scales the published code's second figure, which scales each of them over the test
 * set first; null for others.
 */
export function evaluate(
  items: readonly TestItem[],
  scores: readonly Score[],
  pixel: TrialMetrics['pixel'],
): TrialMetrics & { readonly minMax: number | null } {
  const metrics = judge(columns(items, scores), pixel);
  const perScale = scores.map(({ scales }) => scales ?? []);
  const labels = items.map(({ anomalous }) => anomalous);
  return {
    ...metrics,
    minMax: metrics.perScale.length > 0 ? auroc(minMaxScores(perScale), labels) : null,
  };
}
