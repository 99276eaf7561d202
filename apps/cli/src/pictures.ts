import { stringify } from 'csv-stringify/sync';
import { writeFolderAtomically } from '@fsad/detector';
import { contactSheet, encodePng, tensorToImage, type Image } from '@fsad/images';
import type { HtdgDetector, HtdgModel } from '@fsad/htdg';
import { pyramidOf } from '@fsad/htdg';
import { trainingPyramid } from '@fsad/pyramid';
import { figurePng, drawFigure, lossPanels, type LossCurve } from '@fsad/reporting';
import type { Tensor } from '@fsad/tensors';

/** Writes a picture as PNG. */
export async function writePicture(directory: string, name: string, image: Image): Promise<void> {
  await writeFolderAtomically(directory, new Map([[name, await encodePng(image)]]));
}

/** Real scales, reconstructions and samples of a trained model: one row a kind and image, one column a scale. */
export async function trainingSheet(detector: HtdgDetector, images: readonly Image[]): Promise<Image> {
  const { config, origin } = detector.model;
  const pyramid = trainingPyramid(images, pyramidOf(config));
  const shown = Math.min(images.length, 3);
  const rows: { label: string; scales: readonly Tensor[]; index: number }[] = [];
  const generated =
    config.variant === 'no-generator' ? null : await detector.generate([origin.seed + 1, origin.seed + 2]);
  for (let i = 0; i < shown; i++) {
    const of = images.length > 1 ? ` ${i + 1}` : '';
    rows.push({ label: `real${of}`, scales: pyramid, index: i });
    if (!generated) continue;
    rows.push({ label: `rebuilt${of}`, scales: generated.reconstructions, index: i });
    for (const [s, scales] of generated.samples.entries()) {
      rows.push({ label: `sample${of} ${String.fromCharCode(97 + s)}`, scales, index: i });
    }
  }
  return contactSheet(
    rows.map(({ scales, index }) => scales.map((scale) => tensorToImage(scale, index))),
    {
      title: 'What each scale saw and makes',
      subtitle:
        'real: the training image, equalised where the preset says. rebuilt: from fixed noise. sample: from new noise.',
      columns: pyramid.map(({ shape: [, side] }) => `${side} px`),
      rows: rows.map(({ label }) => label),
    },
  );
}

/** Random samples: one row a seed and image, one column a scale. */
export async function sampleSheet(detector: HtdgDetector, seeds: readonly number[]): Promise<Image> {
  const { samples } = await detector.generate(seeds);
  const { shots } = detector.model.origin;
  const rows = samples.flatMap((scales, s) =>
    Array.from({ length: shots }, (_, index) => ({
      label: `seed ${seeds[s]}${shots > 1 ? `, image ${index + 1}` : ''}`,
      pictures: scales.map((scale) => tensorToImage(scale, index)),
    })),
  );
  return contactSheet(
    rows.map(({ pictures }) => pictures),
    {
      title: 'Samples of every scale',
      columns: samples[0].map(({ shape: [, side] }) => `${side} px`),
      rows: rows.map(({ label }) => label),
    },
  );
}

/** The losses of every scale as curves for figures, at the iterations that have one. */
export function curvesOf({ scales }: HtdgModel): LossCurve[] {
  const names = ['real', 'fake', 'adversarial', 'reconstruction'] as const;
  return names.flatMap((name) =>
    scales
      .map(({ losses }, scale): LossCurve => {
        const steps = losses.flatMap((row, i) => (Number.isFinite(row[name]) ? [i] : []));
        return { scale, name, steps, values: steps.map((i) => losses[i][name]) };
      })
      .filter(({ steps }) => steps.length > 0),
  );
}

/** Loss curves as PNG. */
export async function lossPicture(model: HtdgModel): Promise<Uint8Array> {
  return figurePng(await drawFigure('Losses of every scale', lossPanels(curvesOf(model))));
}

/** The losses of every iteration as CSV. */
export function lossTable({ scales }: HtdgModel): string {
  const rows = scales.flatMap(({ losses }, scale) =>
    losses.map((row, iteration) => ({
      scale,
      iteration,
      ...Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, Number.isFinite(value) ? value : '']),
      ),
    })),
  );
  return stringify(rows, { header: true });
}
