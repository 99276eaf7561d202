import { EXIT, Interrupted } from './failure.ts';

/** How long work may take to leave after the first signal. */
const PATIENCE = 9_000;

/**
 * Runs `work` with a signal that the first Ctrl-C (or SIGTERM, SIGUSR1 of a scheduler) aborts; a second one, or nine seconds, ends the process at once.
 * @throws Interrupted when the work left because of it.
 */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const signals = ['SIGINT', 'SIGTERM', 'SIGUSR1'] as const;
  let deadline: NodeJS.Timeout | undefined;
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    process.stderr.write(
      '\nstopping: the unfinished step is abandoned, finished work is kept (again to leave at once)\n',
    );
    deadline = setTimeout(() => process.exit(EXIT.interrupted), PATIENCE);
    controller.abort(new Interrupted());
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(deadline);
    for (const signal of signals) process.off(signal, stop);
  }
}
