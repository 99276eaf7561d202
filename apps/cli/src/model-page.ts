import type { AnomalyMap, Score } from '@fsad/detector';
import type { Dataset, TestItem } from '@fsad/datasets';
import { pyramidOf, type HtdgDetector } from '@fsad/htdg';
import { tensorToImage, type Image } from '@fsad/images';
import { trainingPyramid } from '@fsad/pyramid';
import { trainingPage, type TestPicture, type TrainedScale, type TrainingPage } from '@fsad/reporting';
import { curvesOf } from './pictures.ts';

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
    scales: await trainedScales(detector, images),
    curves: curvesOf(detector.model),
    test: await testPictures(dataset, tested),
  });
}

async function trainedScales(detector: HtdgDetector, images: readonly Image[]): Promise<TrainedScale[]> {
  const { config, origin } = detector.model;
  const pyramid = trainingPyramid(images, pyramidOf(config));
  const made =
    config.variant === 'no-generator' ? null : await detector.generate([origin.seed + 1, origin.seed + 2]);
  return pyramid.map((level, n) => ({
    real: tensorToImage(level),
    reconstruction: made && tensorToImage(made.reconstructions[n]),
    samples: made ? made.samples.map((scales) => tensorToImage(scales[n])) : [],
  }));
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
