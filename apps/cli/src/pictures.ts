import type { Argv } from 'yargs';
import type { OnBadImage, ReadingProgress, StageProgress } from '@fsad/runner';

/** Option of commands that read many pictures. */
export function withOnBadImage<T>(argv: Argv<T>) {
  return argv.option('on-bad-image', {
    choices: ['fail', 'skip'] as const,
    default: 'fail' as OnBadImage,
    describe: 'A picture that cannot be read ends the work, or is left out and counted',
  });
}

/** Shows that bad pictures are looked for, and names them. */
export function lookingForBad<Signal extends AbortSignal>(progress: StageProgress, signal: Signal) {
  return {
    say: (text: string) => progress.say(text),
    onProgress: (done: number, total: number) => progress.update('looking for bad pictures', done, total),
    signal,
  } satisfies ReadingProgress;
}
