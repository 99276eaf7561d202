import type { TrialProgress } from './trial/index.ts';
import type { Cell, TrialStatus } from './store/index.ts';

/** What a run tells while it goes on; whoever called it draws, prints or drops it. */
export type RunEvent =
  | {
      readonly type: 'plan';
      readonly cells: number;
      readonly done: number;
      readonly failedBefore: number;
      readonly pending: number;
      /** Trials side by side here; null where the workers of a queue do them. */
      readonly how: { readonly workers: number; readonly threads: number } | null;
      readonly remainingSeconds: number | null;
    }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'start'; readonly key: string; readonly cell: Cell; readonly worker: number }
  | { readonly type: 'progress'; readonly key: string; readonly progress: TrialProgress }
  | { readonly type: 'again'; readonly key: string; readonly cell: Cell; readonly why: string }
  | {
      readonly type: 'finish';
      readonly key: string;
      readonly cell: Cell;
      readonly status: TrialStatus;
      readonly auroc: number | null;
      readonly message: string | null;
      readonly seconds: number;
      /** Trials that remain; null where nobody counts them. */
      readonly pending: number | null;
      readonly remainingSeconds: number | null;
    };

/** How a run ended. */
export interface RunSummary {
  readonly cells: number;
  /** Cells with a good result now. */
  readonly ok: number;
  /** Cells whose trial ended badly, now or before. */
  readonly failed: number;
  /** Cells not reached. */
  readonly left: number;
  readonly interrupted: boolean;
  /** Why the run stopped by itself: the disk is full. */
  readonly stopped: string | null;
}
