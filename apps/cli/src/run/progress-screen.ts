import { RunProgress } from '@fsad/runner';

/** Progress of trials on stderr: redrawn lines on a terminal, plain lines elsewhere. */
export function progressOnStderr(): RunProgress {
  return new RunProgress({
    write: (text) => void process.stderr.write(text),
    terminal: process.stderr.isTTY === true && !process.env.CI && process.env.TERM !== 'dumb',
    columns: () => process.stderr.columns ?? 100,
    now: () => performance.now(),
  });
}
