import { duration, timeLeft } from '@fsad/files';
import type { PlanEstimate } from './estimate-plan.ts';

/** An estimated plan for reading. */
export function planText(plan: PlanEstimate): string {
  const { cells, done, failedBefore, shared, pending, workers, threads, seconds } = plan;
  const about = ({ atLeast }: { readonly atLeast: boolean }): string => (atLeast ? 'at least' : 'about');
  const lines = [`${cells} ${cells === 1 ? 'trial' : 'trials'} planned, ${done} done, ${pending} to do`];
  if (shared > 0) lines.push(`${shared} have a result from another experiment already`);
  if (failedBefore > 0) lines.push(`${failedBefore} failed before; --retry-failed tries them again`);
  const width = Math.max(0, ...plan.methods.map(({ detector, variant }) => `${detector} ${variant}`.length));
  for (const method of plan.methods) {
    const name = `${method.detector} ${method.variant}`.padEnd(width);
    const each =
      method.seconds === null
        ? 'not measured'
        : `${about(method)} ${duration(method.seconds / method.pending)} each`;
    lines.push(`  ${name}  ${String(method.pending).padStart(6)} to do, ${each}`);
  }
  if (pending > 0) {
    const how = `${workers} side by side with ${threads} ${threads === 1 ? 'thread' : 'threads'} each`;
    lines.push(seconds === null ? how : `${about(plan)} ${timeLeft(seconds)}, ${how}`);
  }
  return `${lines.join('\n')}\n`;
}
