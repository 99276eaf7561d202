import type { Cell } from './events.ts';
import type { Group } from './identity.ts';

/** Files for a run, by their path among its artefacts. */
export interface DrawnFiles {
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  /** Those of `files` that are tables in MLflow's format. */
  readonly tables: readonly string[];
}

/** What is drawn of a finished trial for its run. */
export interface TrialDrawings extends DrawnFiles {
  /** How files that the journal tells of are called in MLflow, where not as in the store. */
  readonly names: ReadonlyMap<string, string>;
}

/** Draws what MLflow shows of trials, when they are told. */
export interface Drawings {
  /** Null where the store has no result of the trial. */
  ofTrial(key: string): Promise<TrialDrawings | null>;
  /** A report about the trials of a kind, for their parent run; null where there is nothing to show. */
  ofGroup(group: Group, keys: readonly string[]): Promise<DrawnFiles | null>;
}

/** What a trial's run says of itself above everything else, Markdown. */
export function trialDescription({
  experiment,
  dataset,
  class: className,
  shots,
  trial,
  detector,
  variant,
  budget,
}: Cell): string {
  return (
    `Trial ${trial} of ${detector} (${variant}) in ${experiment}, budget ${budget}: learned ${className} of ${dataset} from ` +
    `${shots === 1 ? 'one picture' : `${shots} pictures`}. \`auroc\` and its parts are from 0 to 1; scales count from 1, the coarsest.`
  );
}

/** What a parent run says of itself. */
export function groupDescription({
  experiment,
  dataset,
  class: className,
  shots,
  detector,
  variant,
  budget,
}: Group): string {
  return (
    `All trials of ${detector} (${variant}) in ${experiment}, budget ${budget}: ${className} of ${dataset}, ${shots}-shot. ` +
    '`/mean` is over the trials; `/std` (n - 1) and `/low`, `/high` (95 %, Student’s t) are there from three trials on. ' +
    'The artefact report.html sets them beside the paper’s.'
  );
}
