import { EXIT, Interrupted } from './failure.ts';
import { sayNote } from './progress.ts';

/** How long work may take to leave after the first signal. */
const PATIENCE = 9_000;
/** How long timers and connections of libraries may then keep the process. */
const LINGER = 500;

/**
 * Runs `work` with a signal that the first Ctrl-C (or SIGTERM, SIGUSR1 of a scheduler) aborts. A second one, or nine seconds, aborts `kill`, at which
 * `work` must end its child processes in the same turn, and ends the process.
 * @throws Interrupted when the work left because of it.
 */
export async function interruptible<Result>(
  work: (signal: AbortSignal, kill: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const kill = new AbortController();
  const signals = ['SIGINT', 'SIGTERM', 'SIGUSR1'] as const;
  let deadline: NodeJS.Timeout | undefined;
  const leave = (): void => {
    kill.abort(new Interrupted());
    process.exit(EXIT.interrupted);
  };
  const stop = (): void => {
    if (controller.signal.aborted) leave();
    sayNote('stopping: the unfinished step is abandoned, finished work is kept (again to leave at once)');
    deadline = setTimeout(leave, PATIENCE);
    controller.abort(new Interrupted());
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work(controller.signal, kill.signal);
  } finally {
    clearTimeout(deadline);
    if (controller.signal.aborted) setTimeout(leave, LINGER).unref();
    for (const signal of signals) process.off(signal, stop);
  }
}
