import { stringify } from 'csv-stringify/sync';
import { writeFolderAtomically, type DrawnPicture, type LearningCurve } from '@fsad/detector';
import { contactSheet, encodePng, type Image } from '@fsad/images';
import { figurePng, drawFigure, lossPanels } from '@fsad/reporting';

/** Writes a picture as PNG. */
export async function writePicture(directory: string, name: string, image: Image): Promise<void> {
  await writeFolderAtomically(directory, new Map([[name, await encodePng(image)]]));
}

/** Random samples: one row a seed and training image, one column a scale. */
export function sampleSheet(drawn: readonly DrawnPicture[]): Image {
  const several = drawn.some(({ of }) => of > 0);
  return contactSheet(
    drawn.map(({ scales }) => scales),
    {
      title: 'Samples of every scale',
      columns: drawn[0].scales.map(({ width }) => `${width} px`),
      rows: drawn.map(({ seed, of }) => `seed ${seed}${several ? `, image ${of + 1}` : ''}`),
    },
  );
}

/** Loss curves as PNG. */
export async function lossPicture(curves: readonly LearningCurve[]): Promise<Uint8Array> {
  return figurePng(await drawFigure('Losses of every scale', lossPanels(curves)));
}

/** The losses of every iteration as CSV. */
export function lossTable(curves: readonly LearningCurve[]): string {
  const rows = new Map<string, Record<string, number | null>>();
  for (const { scale, name, steps, values } of curves) {
    for (const [i, iteration] of steps.entries()) {
      const at = `${scale} ${iteration}`;
      const row = rows.get(at) ?? { scale, iteration };
      rows.set(at, row);
      row[name] = values[i];
    }
  }
  const columns = ['scale', 'iteration', ...new Set(curves.map(({ name }) => name))];
  const sorted = [...rows.values()].sort(
    (a, b) => Number(a.scale) - Number(b.scale) || Number(a.iteration) - Number(b.iteration),
  );
  return stringify(sorted, { header: true, columns });
}
