import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sidePath, type TrialCurves } from '@fsad/runner';
import type { ExperimentTrials } from './collect.ts';
import type { MethodCurves } from './curve-section.ts';
import { lossCurves, type LossCurve } from './learning-curves.ts';
import { columnLabel, orderedColumns } from './paper-columns.ts';

/** Trials of a method whose curves a page draws. */
const shownTrials = 5;

/**
 * The learning curves of every method in every setting, of the first trials of its first class. Curves that are absent are left out; those
 * that cannot be read are named in `complaints`.
 */
export async function loadCurves(
  store: string,
  { settings }: ExperimentTrials,
  complaints: string[],
): Promise<MethodCurves[]> {
  const loaded: MethodCurves[] = [];
  for (const setting of settings.values()) {
    for (const column of orderedColumns(setting)) {
      const className = [...column.classes.keys()].sort()[0];
      const points = (column.classes.get(className) ?? []).slice(0, shownTrials);
      const curves: LossCurve[] = [];
      for (const { key, trial } of points) {
        const found = await readCurves(join(sidePath(store, key), 'curves.json'), complaints);
        curves.push(...found.map((curve) => ({ ...curve, trial })));
      }
      const { dataset, shots } = setting;
      const method = columnLabel(column);
      loaded.push({ dataset, shots, class: className, method, trials: points.length, curves });
    }
  }
  return loaded;
}

async function readCurves(path: string, complaints: string[]): Promise<LossCurve[]> {
  try {
    return lossCurves(JSON.parse(await readFile(path, 'utf8')) as TrialCurves);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      complaints.push(`${path}: ${(error as Error).message}`);
    return [];
  }
}
