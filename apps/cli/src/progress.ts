import {
  drawsOver,
  PROGRESS,
  RunProgress,
  StageProgress,
  type Progress,
  type ProgressScreen,
} from '@fsad/runner/progress';

let asked: Progress = 'auto';

/** Takes what `--progress` says, for everything this process shows. */
export function showProgress(progress: unknown): void {
  asked = PROGRESS.find((known) => known === progress) ?? 'auto';
}

const stderr: ProgressScreen = {
  write: (text) => void process.stderr.write(text),
  get shows() {
    if (asked !== 'auto') return asked;
    return drawsOver(process.stderr, process.env) ? 'bar' : 'plain';
  },
  columns: () => process.stderr.columns || 80,
  rows: () => process.stderr.rows || 24,
  now: () => performance.now(),
};

/** Progress of one work after another on stderr. */
export const stageProgress = (): StageProgress => new StageProgress(stderr);

/** Progress of trials on stderr. */
export const runProgress = (): RunProgress => new RunProgress(stderr);

/** The last word of a command that failed. */
export function sayError(message: string, code: number): void {
  const asJson = stderr.shows === 'json';
  stderr.write(asJson ? `${JSON.stringify({ type: 'error', message, code })}\n` : `fsad: ${message}\n`);
}

/** A word that is no work's own. */
export function sayNote(text: string): void {
  stageProgress().say(text);
}
