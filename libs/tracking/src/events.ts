import type { WireNumber } from '@fsad/mlflow-client/limits';

/** The place of a trial in an experiment. One trial (one key) may fill cells of several experiments. */
export interface Cell {
  /** Name of the experiment file without its ending; one MLflow experiment each. */
  readonly experiment: string;
  readonly budget: string;
  readonly dataset: string;
  readonly class: string;
  readonly shots: number;
  readonly detector: string;
  readonly variant: string;
  /** Counted from 0. */
  readonly trial: number;
}

/** The training images of a trial; a `Split` of the datasets fits. */
export interface TrackedSplit {
  /** SHA-256 over everything below. */
  readonly id: string;
  readonly dataset: string;
  readonly class: string;
  readonly shots: number;
  readonly trial: number;
  readonly rule: string;
  readonly train: readonly { readonly id: string; readonly sha256: string }[];
}

/** What is known when a trial begins. Parameters are what the key covers (written once); whatever may differ on a resume is a tag. */
export interface TrialStart {
  readonly cell: Cell;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly split?: TrackedSplit;
}

/** How an attempt at a trial ended; any but `ok` may be followed by another `started`. */
export type Outcome = 'ok' | 'diverged' | 'failed' | 'out-of-memory' | 'killed' | 'interrupted';

/** One record of a journal. `at` is in milliseconds since 1970, made once, when the record is written. */
export type JournalEvent =
  | {
      readonly type: 'journal';
      readonly version: 1;
      readonly key: string;
      readonly store: string;
      readonly at: number;
    }
  | ({ readonly type: 'started'; readonly at: number } & TrialStart)
  | { readonly type: 'cell'; readonly at: number; readonly cell: Cell }
  | {
      readonly type: 'metrics';
      readonly at: number;
      readonly step: number;
      readonly values: Readonly<Record<string, WireNumber>>;
    }
  | {
      readonly type: 'artifact';
      readonly at: number;
      /** Where it goes in MLflow, e.g. `maps/grid-003.png`. */
      readonly path: string;
      /** Where it lies, relative to the store, with `/`. */
      readonly file: string;
      readonly bytes: number;
      readonly sha256: string;
    }
  /** An artefact that lies in the journal itself. */
  | { readonly type: 'document'; readonly at: number; readonly path: string; readonly text: string }
  | {
      readonly type: 'ended';
      readonly at: number;
      readonly outcome: Outcome;
      /** Final numbers by name (`auroc`, `auroc/fraction/0.05`): metrics at step 0, and averaged over trials in the parent run. */
      readonly results: Readonly<Record<string, WireNumber>>;
      /** For the person: what went wrong, and at which step. */
      readonly message?: string;
      readonly step?: number;
    }
  /** Everything before `offset` is final: a checkpoint holds it, MLflow may be told. */
  | { readonly type: 'commit'; readonly offset: number };
