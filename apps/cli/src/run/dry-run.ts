import { estimatePlan, openRun, planText, type RunOptions } from '@fsad/runner';
import { Interrupted } from '../failure.ts';
import { stageProgress } from '../progress.ts';

/** Prints what a run would do and about how long it would take. @throws PlanError or ChangedCellsError as the run would. */
export async function dryRun(options: RunOptions, json: boolean): Promise<void> {
  const progress = stageProgress();
  const opened = await openRun(options);
  try {
    for (const note of [...opened.prepared.notes, ...opened.store.notes]) progress.say(note);
    const plan = await estimatePlan(opened, options, ({ cell, at, of }) => {
      const { detector, variant, dataset, shots } = cell;
      progress.say(`measuring ${at} of ${of}: ${detector} ${variant}, ${dataset}, ${shots}-shot`);
    });
    if (options.stop.aborted) throw new Interrupted();
    process.stdout.write(json ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan));
  } finally {
    await opened.prepared.close();
  }
}
