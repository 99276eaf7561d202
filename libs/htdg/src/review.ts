import type { LearningCurve, TrainingReview } from '@fsad/detector';
import { tensorToImage, withChannels, type Image } from '@fsad/images';
import type { contactSheet } from '@fsad/images/sheets';
import type { Engine } from '@fsad/patch-network';
import { trainingPyramid } from '@fsad/pyramid';
import type { Tensor } from '@fsad/tensors';
import type { HtdgModel } from './model.ts';
import { sampleModel } from './sample.ts';
import { pyramidOf } from './scales.ts';

/** A training image at one scale, and what the model makes there. */
export interface ScaleView {
  readonly real: Image;
  /** From fixed noise; null without a generator. */
  readonly reconstruction: Image | null;
  /** From new noise; none without a generator. */
  readonly samples: readonly Image[];
}

/** Training images on the sheet. */
const shown = 3;

/** Of each training image its scales, coarsest first, as the model saw and makes them. */
export async function scaleViews(
  engine: Engine,
  model: HtdgModel,
  images: readonly Image[],
): Promise<ScaleView[][]> {
  const { config, origin } = model;
  const pyramid = trainingPyramid(images, pyramidOf(config));
  const made =
    config.variant === 'no-generator'
      ? null
      : await sampleModel(engine, model, [origin.seed + 1, origin.seed + 2]);
  const pictureOf = (level: Tensor, i: number): Image =>
    withChannels(tensorToImage(level, i), origin.colour === 'grey' ? 1 : 3);
  return images.map((_, i) =>
    pyramid.map((level, n) => ({
      real: pictureOf(level, i),
      reconstruction: made && pictureOf(made.reconstructions[n], i),
      samples: made ? made.samples.map((scales) => pictureOf(scales[n], i)) : [],
    })),
  );
}

/** What each scale saw and makes, one row a kind and image, one column a scale; and the losses. */
export async function reviewTraining(
  drawSheet: NonNullable<typeof contactSheet>,
  engine: Engine,
  model: HtdgModel,
  images: readonly Image[],
): Promise<TrainingReview> {
  const views = (await scaleViews(engine, model, images)).slice(0, shown);
  const rows = views.flatMap((scales, i) => rowsOf(scales, images.length > 1 ? ` ${i + 1}` : ''));
  const sheet = drawSheet(
    rows.map(({ pictures }) => pictures),
    {
      title: 'What each scale saw and makes',
      subtitle:
        'real: the training image, equalised where the preset says. rebuilt: from fixed noise. sample: from new noise.',
      columns: model.scales.map(({ side }) => `${side} px`),
      rows: rows.map(({ label }) => label),
      alike: true,
    },
  );
  return { sheets: { scales: sheet }, curves: curvesOf(model) };
}

/** The rows of one training image, which `of` tells from others. */
function rowsOf(scales: readonly ScaleView[], of: string): { label: string; pictures: Image[] }[] {
  const rebuilt = scales.flatMap(({ reconstruction }) => reconstruction ?? []);
  return [
    { label: `real${of}`, pictures: scales.map(({ real }) => real) },
    ...(rebuilt.length > 0 ? [{ label: `rebuilt${of}`, pictures: rebuilt }] : []),
    ...scales[0].samples.map((_, s) => ({
      label: `sample${of} ${String.fromCharCode(97 + s)}`,
      pictures: scales.map(({ samples }) => samples[s]),
    })),
  ];
}

/** The losses of every scale, at the iterations that have one. */
function curvesOf({ scales }: HtdgModel): LearningCurve[] {
  const names = ['real', 'fake', 'adversarial', 'reconstruction'] as const;
  return names.flatMap((name) =>
    scales
      .map(({ losses }, scale): LearningCurve => {
        const steps = losses.flatMap((row, i) => (Number.isFinite(row[name]) ? [i] : []));
        return { scale, name, steps, values: steps.map((i) => losses[i][name]) };
      })
      .filter(({ steps }) => steps.length > 0),
  );
}
