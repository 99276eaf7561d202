import { RunProgress, StageProgress, type ProgressScreen } from '@fsad/runner';

const stderr: ProgressScreen = {
  write: (text) => void process.stderr.write(text),
  get terminal() {
    return process.stderr.isTTY === true && !process.env.CI && process.env.TERM !== 'dumb';
  },
  columns: () => process.stderr.columns ?? 100,
  now: () => performance.now(),
};

/** Progress of one work after another on stderr. */
export const stageProgress = (): StageProgress => new StageProgress(stderr);

/** Progress of trials on stderr. */
export const runProgress = (): RunProgress => new RunProgress(stderr);
