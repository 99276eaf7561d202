import type { TestItem } from '@fsad/datasets';
import type { Score } from '@fsad/detector';
import { auroc, aurocInterval } from '@fsad/metrics';
import type { TrialMetrics, TrialScores } from '../store/index.ts';

/** Scores by column, in the order of the test images. @throws Error naming an image that lacks a score which the first one has. */
export function columns(items: readonly TestItem[], scores: readonly Score[]): TrialScores {
  const [first] = scores;
  const column = (name: string, read: (score: Score) => number | undefined): number[] =>
    scores.map((score, i) => {
      const value = read(score);
      if (value === undefined) throw new Error(`test image ${items[i].id} has no score ${name}, others have`);
      return value;
    });
  const parts = Object.keys(first?.parts ?? {});
  return {
    ids: items.map(({ id }) => id),
    anomalous: items.map(({ anomalous }) => anomalous),
    kinds: items.map(({ kind }) => kind),
    values: scores.map(({ value }) => value),
    scales: (first?.scales ?? []).map((_, n) => column(`of scale ${n}`, ({ scales }) => scales?.[n])),
    fractions: (first?.fractions ?? []).map(({ fraction }, f) => ({
      fraction,
      values: column(`of fraction ${fraction}`, ({ fractions }) => fractions?.[f]?.value),
    })),
    parts: Object.fromEntries(parts.map((name) => [name, column(name, (score) => score.parts?.[name])])),
  };
}

/** AUROC of the score, of each scale's, of each fraction of patches, of every other part. @throws RangeError when only one kind of image is there */
export function judge(scores: TrialScores, pixel: TrialMetrics['pixel']): TrialMetrics {
  const { anomalous, values, scales = [], fractions = [], parts } = scores;
  const { auroc: area, low, high } = aurocInterval(values, anomalous);
  const areas = (named: readonly (readonly [string | number, readonly number[]])[]): Record<string, number> =>
    Object.fromEntries(named.map(([name, column]) => [name, auroc(column, anomalous)]));
  return {
    auroc: area,
    aurocInterval: [low, high],
    perScale: scales.map((scale) => auroc(scale, anomalous)),
    fractions: areas(fractions.map((column) => [column.fraction, column.values])),
    parts: areas(Object.entries(parts)),
    pixel,
  };
}
