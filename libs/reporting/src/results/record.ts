import { canonicalJson, sha256Hex } from '@fsad/files';
import {
  trialKey,
  type TrialCurves,
  type TrialInputs,
  type TrialMetrics,
  type TrialResult,
  type TrialSummary,
} from '@fsad/runner';

/**
 * What of a trial is committed: all that decides its numbers and all numbers, no scores, no model, no machine's paths. One line of JSON in
 * `results/records`, with the method's settings, which many trials share, under their digest in a file beside.
 */
export interface TrialRecord extends Pick<
  TrialResult,
  'key' | 'cells' | 'status' | 'failure' | 'inputs' | 'test' | 'warnings'
> {
  /** Ids of the training images. */
  readonly train: readonly string[];
  /** The interval is null where the trial was recorded without. */
  readonly metrics:
    | (Omit<TrialMetrics, 'aurocInterval'> & { readonly aurocInterval: readonly [number, number] | null })
    | null;
  /** The discriminator's loss on real copies before the iterations that were scored on the way, coarsest scale first; for those alone. */
  readonly losses?: readonly { readonly iterations: number; readonly real: readonly number[] }[];
  readonly provenance: {
    readonly commit: string | null;
    readonly engine: string;
    readonly threads: number;
    readonly cpu: string;
    readonly node: string;
    readonly finishedAt: string;
    /** `wall`: whatever else the machine did is in them; `processor`: all threads together. */
    readonly clock: 'wall' | 'processor';
    readonly seconds: TrialResult['provenance']['seconds'];
  };
}

/** The record of a stored trial; `curves` are its learning curves, for what was scored on the way. */
export function recordOf(result: TrialResult, curves: TrialCurves | null): TrialRecord {
  const { key, cells, status, failure, inputs, test, warnings, metrics, provenance } = result;
  const { engine, machine, gitCommit, node, finishedAt, seconds } = provenance;
  const losses = metrics?.onTheWay && curves && lossesBefore(metrics.onTheWay, curves, metrics.perScale.length);
  return {
    key,
    cells,
    status,
    failure,
    inputs,
    train: result.split.train.map(({ id }) => id),
    test,
    warnings,
    metrics,
    ...(losses ? { losses } : {}),
    provenance: {
      commit: gitCommit,
      engine: engine.instructionSet ? `${engine.name}, ${engine.instructionSet}` : engine.name,
      threads: engine.threads,
      cpu: machine.cpu,
      node,
      finishedAt,
      clock: 'wall',
      seconds,
    },
  };
}

/** Losses are noisy: the mean of the ten iterations that end where it was scored. */
const lossWindow = 10;

function lossesBefore(
  steps: NonNullable<TrialMetrics['onTheWay']>,
  curves: TrialCurves,
  scales: number,
): TrialRecord['losses'] {
  return steps.map(({ iterations }) => ({
    iterations,
    real: Array.from({ length: scales }, (_, scale) => {
      const curve = curves[`scale/${scale}/real`];
      const near = curve?.values.filter((_, i) => {
        const step = curve.steps[i];
        return step < iterations && step >= iterations - lossWindow;
      });
      return near?.length ? near.reduce((sum, value) => sum + value, 0) / near.length : NaN;
    }),
  }));
}

/** The lines a store's index has of a record: one a cell. */
export function summariesOf(record: TrialRecord): TrialSummary[] {
  const { key, cells, status, failure, metrics, inputs, provenance } = record;
  return cells.map((cell) => ({
    key,
    cell,
    status,
    failure,
    // Nothing is known where no interval was recorded.
    metrics: metrics && { ...metrics, aurocInterval: metrics.aurocInterval ?? [0, 1] },
    split: inputs.split,
    engine: inputs.engine,
    seconds: provenance.seconds,
    finishedAt: provenance.finishedAt,
  }));
}

/** A short name of a method's settings: the beginning of their SHA-256. */
export function settingsDigest(settings: unknown): string {
  return sha256Hex(canonicalJson(settings)).slice(0, 12);
}

/** @throws Error when what a record says of its inputs is not what its key was made of. */
export function requireKey({ key, inputs, cells }: TrialRecord): void {
  if (trialKey(inputs as TrialInputs) === key) return;
  const { experiment, dataset, class: className, detector, variant } = cells[0];
  throw new Error(
    `record ${key.slice(0, 12)} (${experiment}, ${dataset} ${className}, ${detector} ${variant}): its inputs do not give its key; it was altered. ` +
      'Take it out and run its experiment again',
  );
}
