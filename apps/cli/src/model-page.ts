import type { AnomalyMap, Score } from '@fsad/detector';
import type { Dataset, TestItem } from '@fsad/datasets';
import type { HtdgDetector } from '@fsad/htdg';
import type { Image } from '@fsad/images';
import { trainingPage, type TestPicture, type TrainingPage } from '@fsad/reporting';

/** What a model's page tells beside what the model itself knows. */
export type PageWords = Pick<TrainingPage, 'title' | 'lead' | 'kicker' | 'seconds' | 'commands' | 'details'>;

/** The self-contained page of a finished training: scores, heat maps, scales, losses. */
export async function modelPage(
  words: PageWords,
  detector: HtdgDetector,
  images: readonly Image[],
  dataset: Dataset,
  tested: {
    readonly items: readonly TestItem[];
    readonly scores: readonly Score[];
    readonly maps: readonly AnomalyMap[];
  },
): Promise<string> {
  return trainingPage({
    ...words,
    training: images,
    scales: (await detector.scaleViews(images))[0],
    curves: (await detector.review(images)).curves,
    test: await testPictures(dataset, tested),
  });
}

async function testPictures(
  dataset: Dataset,
  { items, scores, maps }: Parameters<typeof modelPage>[4],
): Promise<TestPicture[]> {
  const pictures: TestPicture[] = [];
  for (const [i, { id, anomalous, kind, hasMask }] of items.entries()) {
    pictures.push({
      name: id,
      score: scores[i].value,
      anomalous,
      kind,
      image: await dataset.image(id),
      map: maps[i],
      mask: hasMask ? await dataset.mask(id) : null,
    });
  }
  return pictures;
}
