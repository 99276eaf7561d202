import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '@fsad/files';
import type { Dataset, DatasetName } from '@fsad/datasets';
import { z } from 'zod';
import { calibrationId, type CalibrationTask, type CalibrationTimes } from '../trial/index.ts';
import { type CoreGroups, TrialProcess } from '../process/index.ts';
import { kindOf, type PendingTrial } from '../plan/index.ts';
import { type Cell } from '../store/index.ts';
import { dataOf, type OpenedRun, type RunOptions } from '../open-run.ts';

/** What is measured next, for people. */
export interface CalibrationStep {
  readonly cell: Cell;
  /** Counted from 1. */
  readonly at: number;
  readonly of: number;
}

/**
 * Measures in a process of its own what trials of every kind will cost of which none is done yet, and tells `opened.durations`. What was measured is
 * kept in the store's `calibration.json` and not measured again. Stops early, without complaint, when asked to.
 * @returns the kinds whose measurement was cut short, so that their trials may take longer.
 */
export async function calibratePlan(
  opened: OpenedRun,
  options: RunOptions,
  { threads, memoryLimitBytes }: CoreGroups,
  onMeasure: (step: CalibrationStep) => void,
): Promise<ReadonlySet<string>> {
  const { prepared, sorted, durations, store } = opened;
  const kinds = new Map<string, PendingTrial>();
  for (const trial of sorted.pending) {
    const [cell] = trial.cells;
    if (durations.of(cell) === null && !kinds.has(kindOf(cell))) kinds.set(kindOf(cell), trial);
  }
  const path = join(store.directory, 'calibration.json');
  const known = await readCalibrations(path);
  const cpu = `${availableParallelism()} x ${cpus()[0]?.model.trim()}`;
  const { pixel, maps } = prepared.evaluation;
  const place = new TrialProcess();
  const cut = new Set<string>();
  try {
    for (const [at, trial] of [...kinds.values()].entries()) {
      if (options.stop.aborted) break;
      const [cell] = trial.cells;
      const dataset = prepared.datasets.get(cell.dataset as DatasetName) as Dataset;
      const { detector, settings } = trial.inputs.configuration;
      // Where steps can be counted, a measurement with one image serves every number of them.
      const short = prepared.method(detector).shorten !== undefined;
      const task: CalibrationTask = {
        detector,
        settings,
        dataset: dataset.name,
        data: dataOf(options.request, cell),
        options: options.request.options,
        class: cell.class,
        shots: short ? 1 : cell.shots,
        maps: pixel || maps > 0,
        engine: prepared.engine(detector).runtime,
        threads,
      };
      const id = calibrationId(task, cpu);
      let times = known[id];
      if (!times) {
        onMeasure({ cell, at: at + 1, of: kinds.size });
        const outcome = await place.run(
          { type: 'calibrate', registry: options.registry, task },
          { stop: options.stop, kill: options.kill, patienceMs: 3000, memoryLimitBytes },
        );
        // What cannot be measured shows why when it is run.
        if (outcome.type !== 'calibrated') continue;
        times = known[id] = outcome.times;
        await replaceFile(path, JSON.stringify(known, null, 2));
      }
      if (!times.whole) cut.add(kindOf(cell));
      const { subset, testCount, limit = Infinity } = prepared.choice;
      const images = testCount ?? Math.min(limit, dataset.testItems(cell.class, subset).length);
      const fit = times.fit + cell.shots * times.fitPerShot;
      durations.calibrate(cell, fit + images * (times.scoreImage ?? 0));
    }
  } finally {
    await place.close();
  }
  return cut;
}

const calibrations: z.ZodType<Record<string, CalibrationTimes>> = z.record(
  z.string(),
  z.object({
    fit: z.number(),
    fitPerShot: z.number(),
    scoreImage: z.number().nullable(),
    whole: z.boolean(),
  }),
);

/** What was measured before; nothing where the file is missing or not one of these. */
async function readCalibrations(path: string): Promise<Record<string, CalibrationTimes>> {
  try {
    return calibrations.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return {};
  }
}
