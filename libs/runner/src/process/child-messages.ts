import type {
  Ending,
  CalibrationTask,
  CalibrationTimes,
  TrialProgress,
  TrialSurroundings,
  TrialTask,
} from '../trial/index.ts';

/** How far a trial is, in one line: `scale 2 140/1000`. */
export function stepOf({ stage, done, total }: TrialProgress): string {
  return `${stage} ${done}/${total}`;
}

/** What a runner tells a child process. */
export type ToChild =
  | {
      readonly type: 'run';
      readonly registry: string;
      readonly task: TrialTask;
      readonly surroundings: TrialSurroundings;
    }
  | { readonly type: 'calibrate'; readonly registry: string; readonly task: CalibrationTask }
  | { readonly type: 'stop' };

/** How a child process leaves its work, and its resident memory then. */
export type Leaving = { readonly bytes?: number } & (
  | { readonly type: 'done' }
  | { readonly type: 'calibrated'; readonly times: CalibrationTimes }
  | { readonly type: 'busy'; readonly message: string }
  | { readonly type: 'interrupted' }
  /** `step` is the last one reached; null before the first. */
  | { readonly type: 'ended'; readonly ending: Ending; readonly step: string | null }
);

/** What a child process tells its runner while it works. */
export type Telling =
  | { readonly type: 'progress'; readonly progress: TrialProgress }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'memory'; readonly bytes: number };

export type FromChild = Telling | Leaving;
