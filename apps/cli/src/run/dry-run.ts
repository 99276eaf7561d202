import { duration } from '@fsad/files';
import { estimatePlan, openRun, type PlanEstimate, type RunOptions } from '@fsad/runner';
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

function planText(plan: PlanEstimate): string {
  const { cells, done, failedBefore, shared, pending, workers, threads, seconds } = plan;
  const about = plan.atLeast ? 'at least' : 'about';
  const lines = [`${cells} ${cells === 1 ? 'trial' : 'trials'} planned, ${done} done, ${pending} to do`];
  if (shared > 0) lines.push(`${shared} have a result from another experiment already`);
  if (failedBefore > 0) lines.push(`${failedBefore} failed before; --retry-failed tries them again`);
  const width = Math.max(0, ...plan.methods.map(({ detector, variant }) => `${detector} ${variant}`.length));
  for (const method of plan.methods) {
    const name = `${method.detector} ${method.variant}`.padEnd(width);
    const each =
      method.seconds === null ? 'not measured' : `about ${duration(method.seconds / method.pending)} each`;
    lines.push(`  ${name}  ${String(method.pending).padStart(6)} to do, ${each}`);
  }
  if (pending > 0) {
    const how = `${workers} side by side with ${threads} ${threads === 1 ? 'thread' : 'threads'} each`;
    lines.push(seconds === null ? how : `${about} ${duration(seconds)}, ${how}`);
  }
  return `${lines.join('\n')}\n`;
}
