import { LockedError } from '@fsad/tracking/journal';
import { runCalibration, endingOf, InterruptedError, runTrial, type TrialProgress } from '../trial/index.ts';
import { stepOf, type FromChild, type Leaving, type ToChild } from './child-messages.ts';
import { importRegistry } from '../registry.ts';

// Trials run in processes of their own: whatever leaks or crashes in one costs that trial and no other. A process that did a trial well may be given
// the next, which saves starting another.

const progressEveryMs = 200;
let stop = new AbortController();
let toldAt = -Infinity;
let reached: TrialProgress | null = null;

function tell(message: FromChild): void {
  if (process.connected) process.send?.(message);
}

async function work(message: Exclude<ToChild, { type: 'stop' }>): Promise<Leaving> {
  const registry = await importRegistry(message.registry);
  if (message.type === 'calibrate') {
    return { type: 'calibrated', times: await runCalibration(message.task, registry, stop.signal) };
  }
  await runTrial(message.task, message.surroundings, registry, {
    signal: stop.signal,
    onNote: (text) => tell({ type: 'note', text }),
    onProgress(progress) {
      const now = performance.now();
      const changed = progress.stage !== reached?.stage;
      reached = progress;
      if (!changed && now - toldAt < progressEveryMs && progress.done < progress.total) return;
      toldAt = now;
      tell({ type: 'progress', progress });
    },
  });
  return { type: 'done' };
}

function outcomeOf(error: unknown): Leaving {
  if (error instanceof LockedError) return { type: 'busy', message: error.message };
  if (stop.signal.aborted) return { type: 'interrupted' };
  return { type: 'ended', ending: endingOf(error), step: reached && stepOf(reached) };
}

process.on('message', (message: ToChild) => {
  if (message.type === 'stop') return stop.abort(new InterruptedError());
  stop = new AbortController();
  reached = null;
  void work(message)
    .catch(outcomeOf)
    .then((outcome) => tell({ ...outcome, bytes: process.memoryUsage.rss() }));
});
setInterval(() => tell({ type: 'memory', bytes: process.memoryUsage.rss() }), 1000).unref();
// The runner decides when to stop; a terminal sends its Ctrl-C to everyone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit(1));
