import type { TestItem } from '@fsad/datasets';
import type { Score } from '@fsad/detector';
import { auroc, aurocInterval } from '@fsad/metrics';
import type { TrialMetrics, TrialScores } from '../store/index.ts';

/** Scores by column, in the order of the test images. */
export function columns(items: readonly TestItem[], scores: readonly Score[]): TrialScores {
  const names = Object.keys(scores[0]?.parts ?? {});
  return {
    ids: items.map(({ id }) => id),
    anomalous: items.map(({ anomalous }) => anomalous),
    kinds: items.map(({ kind }) => kind),
    values: scores.map(({ value }) => value),
    parts: Object.fromEntries(
      names.map((name) => [
        name,
        scores.map(({ parts }, i) => {
          const value = parts?.[name];
          if (value === undefined)
            throw new Error(`test image ${items[i].id} has no score ${name}, others have`);
          return value;
        }),
      ]),
    ),
  };
}

/** AUROC of the score, of each scale's, of each fraction of patches, of every other part. @throws RangeError when only one kind of image is there */
export function judge(scores: TrialScores, pixel: TrialMetrics['pixel']): TrialMetrics {
  const { anomalous, values } = scores;
  const { auroc: area, low, high } = aurocInterval(values, anomalous);
  const perScale: number[] = [];
  const fractions: Record<string, number> = {};
  const parts: Record<string, number> = {};
  for (const [name, part] of Object.entries(scores.parts)) {
    const partArea = auroc(part, anomalous);
    const scale = /^scale\/(\d+)$/.exec(name)?.[1];
    const fraction = /^fraction\/([\d.]+)$/.exec(name)?.[1];
    if (scale !== undefined) perScale[Number(scale)] = partArea;
    else if (fraction !== undefined) fractions[fraction] = partArea;
    else parts[name] = partArea;
  }
  return { auroc: area, aurocInterval: [low, high], perScale, fractions, parts, pixel };
}
