import { join } from 'node:path';
import type { Dataset, TestItem } from '@fsad/datasets';
import type { Detector } from '@fsad/detector';
import type { StepMetrics } from '../store/index.ts';
import { columns, judge } from './judge.ts';
import { keepScores } from './kept-scores.ts';
import { scoreImages } from './score-images.ts';

/**
 * Scores the test images with what had been learned after each of `iterations`, from one training; finished blocks lie in `work`, so that an interrupted
 * trial goes on. Undefined where nothing is asked for, or the method cannot look back.
 */
export async function scoreOnTheWay(given: {
  readonly detector: Detector;
  readonly iterations: readonly number[] | undefined;
  readonly dataset: Dataset;
  readonly items: readonly TestItem[];
  readonly work: string;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}): Promise<StepMetrics[] | undefined> {
  const { detector, iterations: asked, dataset, items, work, signal, onProgress } = given;
  const scoreAfter = detector.scoreAfter?.bind(detector);
  if (!asked || !scoreAfter) return undefined;
  const steps: StepMetrics[] = [];
  for (const iterations of asked) {
    const { scores } = await scoreImages({
      detector: { score: (images, stop) => scoreAfter(iterations, images, stop) },
      names: items.map(({ id }) => id),
      image: (i) => dataset.image(items[i].id),
      maps: false,
      keeper: await keepScores(join(work, `scores-after-${iterations}.jsonl`), items.length),
      signal,
      onProgress,
    });
    const { auroc, aurocInterval, perScale } = judge(columns(items, scores), null);
    steps.push({ iterations, auroc, aurocInterval, perScale });
  }
  return steps;
}
