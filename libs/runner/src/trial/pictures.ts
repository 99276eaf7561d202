import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset, Split, TestItem } from '@fsad/datasets';
import type { AnomalyMap } from '@fsad/detector';
import { commonRange, encodePng, heatMapOverlay, type Image } from '@fsad/images';
import { bestF1 } from '@fsad/metrics';
import type { Artefact, Evaluation, TrialScores } from '../store/index.ts';

/** Draws what the evaluation asks for into `folder` and says what each picture shows. */
export async function drawPictures(given: {
  readonly folder: string;
  readonly evaluation: Evaluation;
  readonly dataset: Dataset;
  readonly split: Split;
  readonly items: readonly TestItem[];
  readonly scores: TrialScores;
  readonly maps: readonly AnomalyMap[] | null;
  readonly samples: readonly Image[];
}): Promise<Artefact[]> {
  const { folder, evaluation, dataset, split, items, scores, maps, samples } = given;
  const write = async (file: string, image: Image): Promise<string> => {
    await writeFile(join(folder, file), await encodePng(image), { flush: true });
    return file;
  };
  const artefacts: Artefact[] = [];
  const wanted = evaluation.maps > 0 || evaluation.examples > 0 || evaluation.samples > 0;
  for (const [i, { id }] of wanted ? split.train.entries() : []) {
    const file = await write(`training-${i}.png`, await dataset.image(id));
    artefacts.push({ kind: 'training', file, image: id, score: null });
  }
  for (const [i, sample] of samples.entries()) {
    artefacts.push({
      kind: 'sample',
      file: await write(`sample-${i}.png`, sample),
      image: null,
      score: null,
    });
  }
  if (maps && evaluation.maps > 0) {
    const range = commonRange(maps);
    for (const [place, at] of mixed(items, evaluation.maps).entries()) {
      const { id, hasMask } = items[at];
      const image = await dataset.image(id);
      const mask = hasMask ? await dataset.mask(id) : null;
      artefacts.push({
        kind: 'map',
        file: await write(`map-${place}.png`, heatMapOverlay(image, maps[at], range)),
        original: await write(`map-${place}-original.png`, image),
        ...(mask ? { mask: await write(`map-${place}-mask.png`, mask) } : {}),
        image: id,
        score: scores.values[at],
      });
    }
  }
  for (const { kind, at, place } of evaluation.examples > 0 ? outcomes(scores, evaluation.examples) : []) {
    const { id } = items[at];
    const file = await write(`${kind}-${place}.png`, await dataset.image(id));
    artefacts.push({ kind, file, image: id, score: scores.values[at] });
  }
  return artefacts;
}

/** Up to `count` positions, anomalous and normal in turn, each kind of defect once before any a second time. */
export function mixed(items: readonly TestItem[], count: number): number[] {
  const byKind = new Map<string, number[]>();
  items.forEach(({ anomalous, kind }, at) => {
    const name = anomalous ? kind : '';
    byKind.set(name, [...(byKind.get(name) ?? []), at]);
  });
  const normal = byKind.get('') ?? [];
  byKind.delete('');
  const kinds = [...byKind.values()];
  const longest = Math.max(0, ...kinds.map((list) => list.length));
  const anomalous = Array.from({ length: longest }, (_, round) =>
    kinds.flatMap((list) => list.slice(round, round + 1)),
  ).flat();
  const picked: number[] = [];
  for (let i = 0; picked.length < count && (i < anomalous.length || i < normal.length); i++) {
    picked.push(...anomalous.slice(i, i + 1), ...normal.slice(i, i + 1));
  }
  return picked.slice(0, count);
}

/** The `count` most certain images of each outcome at the threshold of the best F1, the most certain first. */
export function outcomes(
  { values, anomalous }: TrialScores,
  count: number,
): { kind: Artefact['kind']; at: number; place: number }[] {
  const { threshold } = bestF1(values, anomalous);
  const order = values.map((_, at) => at).sort((a, b) => values[b] - values[a] || a - b);
  const pick = (kind: Artefact['kind'], list: readonly number[]) =>
    list.slice(0, count).map((at, place) => ({ kind, at, place }));
  const alarmed = order.filter((at) => values[at] >= threshold);
  const calm = order.filter((at) => values[at] < threshold).reverse();
  return [
    ...pick(
      'true-positive',
      alarmed.filter((at) => anomalous[at]),
    ),
    ...pick(
      'false-positive',
      alarmed.filter((at) => !anomalous[at]),
    ),
    ...pick(
      'true-negative',
      calm.filter((at) => !anomalous[at]),
    ),
    ...pick(
      'false-negative',
      calm.filter((at) => anomalous[at]),
    ),
  ];
}
