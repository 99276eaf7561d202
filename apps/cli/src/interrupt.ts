import { EXIT, Interrupted } from './failure.ts';
import { sayNote } from './progress.ts';

/** How long timers and connections of libraries may then keep the process. */
const LINGER = 500;

/** What the first signal means. */
interface Leaving {
  readonly says: string;
  /** Milliseconds that work may then take. */
  readonly patience: number;
}

const ABANDON: Leaving = {
  says: 'stopping: the unfinished step is abandoned, finished work is kept (again to leave at once)',
  patience: 9_000,
};

/**
 * Runs `work` with a signal that the first Ctrl-C (or SIGTERM, SIGUSR1 of a scheduler) aborts. A second one, or the end of patience, aborts `kill`, at which
 * `work` must end its child processes in the same turn, and ends the process.
 * @throws Interrupted when the work left because of it.
 */
export async function interruptible<Result>(
  work: (signal: AbortSignal, kill: AbortSignal) => Promise<Result>,
  { says, patience }: Leaving = ABANDON,
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
    sayNote(says);
    deadline = setTimeout(leave, patience);
    controller.abort(new Interrupted());
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work(controller.signal, kill.signal);
  } finally {
    clearTimeout(deadline);
    if (controller.signal.aborted) {
      setTimeout(() => process.exit(process.exitCode ?? EXIT.interrupted), LINGER).unref();
    }
    for (const signal of signals) process.off(signal, stop);
  }
}
