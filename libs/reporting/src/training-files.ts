import type { LearningCurve, TrainingReview } from '@fsad/detector';
import { markMadeHere } from '@fsad/files';
import { encodePng } from '@fsad/images';
import { stringify } from 'csv-stringify/sync';
import { drawFigure, figurePng } from './figure.ts';
import { lossPanels } from './learning-curves.ts';

/** What a training leaves to look at, by file name: its sheets as PNG, and where it has curves `losses.png` and `log.csv`. */
export async function trainingFiles({ sheets, curves }: TrainingReview): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const [name, sheet] of Object.entries(sheets)) {
    files.set(`${name}.png`, markMadeHere(await encodePng(sheet)));
  }
  if (curves.length === 0) return files;
  const title = curves.some(({ scale }) => scale !== null) ? 'Losses of every scale' : 'Losses';
  const losses = await figurePng(await drawFigure(title, lossPanels(curves, { explained: true })));
  files.set('losses.png', markMadeHere(losses));
  return files.set('log.csv', Buffer.from(curvesCsv(curves)));
}

/** One row an iteration of a scale, counted from 1, and one column a loss; empty where nothing was measured. */
export function curvesCsv(curves: readonly LearningCurve[]): string {
  const rows = new Map<string, Record<string, number | null>>();
  for (const { scale, name, steps, values } of curves) {
    for (const [i, iteration] of steps.entries()) {
      const at = `${scale} ${iteration}`;
      const row = rows.get(at) ?? { scale: scale === null ? null : scale + 1, iteration };
      rows.set(at, row);
      row[name] = values[i];
    }
  }
  const names = [...new Set(curves.map(({ name }) => name))];
  const scaled = curves.some(({ scale }) => scale !== null);
  const ordered = [...rows.values()].sort(
    (a, b) => Number(a.scale) - Number(b.scale) || Number(a.iteration) - Number(b.iteration),
  );
  return stringify(ordered, {
    header: true,
    columns: [...(scaled ? ['scale'] : []), 'iteration', ...names],
  });
}
