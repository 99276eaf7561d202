import { rm } from 'node:fs/promises';
import { LockedError, openJournal } from '@fsad/tracking/journal';
import type { Ending } from './failure.ts';
import { provenanceOf } from './provenance.ts';
import type { Registry } from '../registry.ts';
import { type TrialResult, workFolder } from '../store/index.ts';
import { Stopwatch } from './stopwatch.ts';
import { resultFrame, taskDataset, trialImages, type TrialSurroundings, type TrialTask } from './task.ts';

/** The result of a trial that did not end well. What it had is kept where another attempt may succeed, removed where it cannot. */
export async function failedResult(
  task: TrialTask,
  surroundings: TrialSurroundings,
  registry: Registry,
  ending: Ending,
  last: { readonly step: string | null; readonly peakMemoryBytes: number },
): Promise<TrialResult> {
  const dataset = await taskDataset(task, surroundings.data, registry);
  const work = workFolder(surroundings.store, task.key);
  const watch = await Stopwatch.read(work);
  try {
    const images = await trialImages(task, dataset, registry);
    if (!ending.outside) await rm(work, { recursive: true, force: true });
    return {
      ...resultFrame(task, dataset, images),
      status: ending.status,
      failure: { step: last.step, message: ending.message, outside: ending.outside },
      metrics: null,
      artefacts: [],
      provenance: provenanceOf(task, task.engine, surroundings.threads, {
        startedAt: watch.startedAt,
        finishedAt: new Date().toISOString(),
        seconds: watch.seconds,
        attempts: watch.attempts,
        peakMemoryBytes: last.peakMemoryBytes,
      }),
    };
  } finally {
    await dataset.close();
  }
}

/** Tells the journal of a trial whose process is gone how that process ended. */
export function tellOfTheDead(store: string, key: string, ending: Ending): void {
  try {
    const journal = openJournal(store, key);
    try {
      journal.end(ending.status, { message: ending.message });
    } finally {
      journal.close();
    }
  } catch (error) {
    // Someone else works on it by now: they will tell.
    if (!(error instanceof LockedError)) throw error;
  }
}
