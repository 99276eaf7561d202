import type { Split } from '@fsad/datasets';
import type { Cell as TrackedCell } from '@fsad/tracking/journal';

/** Raised when the meaning of a stored field changes; adding an optional field does not raise it. 1 is the same without a checksum. */
export const resultSchema = 2;

export type Budget = 'paper' | 'reduced' | 'smoke';

/** One place in an experiment's matrix. A cell holds one key; trials count from 0; variants are named by the experiment, e.g. `full`, `a`, `ours2`. */
export interface Cell extends TrackedCell {
  readonly budget: Budget;
}

/** How a trial is judged; part of the resolved configuration. */
export interface Evaluation {
  /** Whether anomaly maps are compared with masks. */
  readonly pixel: boolean;
  /** How many test images get a drawn anomaly map, the first normal and defective ones in turn. */
  readonly maps: number;
  /** How many of the most and least certain test images of each outcome are kept as pictures. */
  readonly examples: number;
  /** How many pictures are drawn from the model, for methods that generate. */
  readonly samples: number;
  /** Iterations of every scale after which the training is scored as well, for methods that can; left out where it is not. */
  readonly iterations?: readonly number[];
}

/** Everything that decides a trial's numbers, and nothing else; the trial key is its SHA-256. */
export interface TrialInputs {
  /** The resolved configuration: method, its complete settings, seed of the named random streams, evaluation. */
  readonly configuration: {
    readonly detector: string;
    readonly settings: unknown;
    readonly seed: number;
    readonly evaluation: Evaluation;
  };
  readonly split: string;
  /** Id of the scored images: which, in which order. */
  readonly testSubset: string;
  /** Fingerprint of the dataset as found. */
  readonly data: string;
  /** Name and version of what decoded the pictures. */
  readonly decoder: string;
  /** The engine's name after `auto` was resolved. */
  readonly engine: string;
  readonly numericVersion: number;
}

/**
 * `ok`; `diverged`: a loss or score was not finite; `out-of-memory`: the process outgrew its memory; `killed`: ended by a signal
 * from outside more often than it is retried; `failed`: the method or its surroundings raised an error.
 */
export type TrialStatus = 'ok' | 'diverged' | 'out-of-memory' | 'killed' | 'failed';

export interface TrialFailure {
  /** How far the trial had come, e.g. `scale 2 140/1000`; null before the first step. */
  readonly step: string | null;
  /** For the person at the keyboard: what went wrong and what to do. */
  readonly message: string;
  /** True where the cause lies outside the method (a signal, memory, disk, file system): the next run tries again. */
  readonly outside: boolean;
}

/** What a trial measured; AUROCs are in [0, 1]. */
export interface TrialMetrics {
  readonly auroc: number;
  /** 95 % interval of `auroc` over the test images. */
  readonly aurocInterval: readonly [number, number];
  /** AUROC of each scale's score alone, scale 0 (coarsest) first; empty for methods without scales. */
  readonly perScale: readonly number[];
  /** AUROC by fraction of patches, e.g. `0.05`, from the one scoring pass; empty for methods without. */
  readonly fractions: Readonly<Record<string, number>>;
  /** AUROC of every further named score. */
  readonly parts: Readonly<Record<string, number>>;
  /** Localisation against the masks; null where not asked for or not possible. */
  readonly pixel: {
    readonly auroc: number;
    /** Area under the per-region overlap curve up to a false positive rate of 0.3, normalised. */
    readonly pro: number;
    /** Test images the two were computed from. */
    readonly images: number;
    /** Defect regions, at the size of the masks. */
    readonly regions?: number;
    /** Test images that could not be judged: defects without a mask, or with one that is broken or has another shape. */
    readonly leftOut?: number;
    /** What is odd about masks, one line each. */
    readonly doubts?: readonly string[];
  } | null;
  /** What the training scored on its way, in the order of iterations; left out where it was not asked for. */
  readonly onTheWay?: readonly StepMetrics[];
}

/** What a training scored after some of its iterations of every scale. */
export interface StepMetrics extends Pick<TrialMetrics, 'auroc' | 'aurocInterval' | 'perScale'> {
  readonly iterations: number;
}

/** A picture beside the result, for figures. */
export interface Artefact {
  /**
   * `map`: heat map over its test image; `training`: a training image; `sample`: drawn from the model; the rest: a test image named by
   * its outcome at the threshold of the best F1.
   */
  readonly kind:
    'map' | 'training' | 'sample' | 'true-positive' | 'true-negative' | 'false-positive' | 'false-negative';
  /** PNG, relative to the result's side folder. */
  readonly file: string;
  /** Id of the dataset's image, null for a sample. */
  readonly image: string | null;
  readonly score: number | null;
  /** The picture before the heat map was laid over it, where there is one. */
  readonly original?: string;
  /** The defect mask, where there is one. */
  readonly mask?: string;
}

/** Where a result comes from. Information only: two results of one key differ nowhere else. */
export interface Provenance {
  /** Commit of the program's working tree; `+` appended when it had changes; null outside a repository. */
  readonly gitCommit: string | null;
  readonly command: string;
  readonly node: string;
  readonly engine: {
    readonly name: string;
    readonly instructionSet: string | null;
    readonly threads: number;
  };
  readonly machine: {
    readonly platform: string;
    readonly cpu: string;
    readonly cores: number;
    readonly memoryBytes: number;
  };
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Seconds of wall time over all attempts. */
  readonly seconds: { readonly fit: number; readonly score: number; readonly total: number };
  /** 1 unless the trial was interrupted and continued. */
  readonly attempts: number;
  readonly peakMemoryBytes: number;
}

/**
 * A finished trial, `store/<first two of key>/<key>.json`. Side files lie in the folder of the same name without `.json`:
 * `scores.json` (`TrialScores`), `curves.json` (`TrialCurves`) and the artefacts.
 */
export interface TrialResult {
  readonly schema: typeof resultSchema;
  readonly key: string;
  /** The cells that hold this key: more than one when experiments share a trial. */
  readonly cells: readonly Cell[];
  readonly status: TrialStatus;
  /** Null when the status is `ok`. */
  readonly failure: TrialFailure | null;
  /** Null unless the status is `ok`. */
  readonly metrics: TrialMetrics | null;
  readonly inputs: TrialInputs;
  readonly split: Split;
  readonly test: {
    readonly subset: 'test' | 'validation';
    /** Images scored, and how many of them are anomalous. */
    readonly images: number;
    readonly anomalous: number;
    /** Images there are; more than `images` when a stratified subset was scored. */
    readonly available: number;
  };
  /** What was missing or damaged in the dataset. */
  readonly warnings: readonly string[];
  readonly artefacts: readonly Artefact[];
  readonly provenance: Provenance;
}

/** Scores of one trial by test image, one column each; higher is more anomalous. */
export interface TrialScores {
  readonly ids: readonly string[];
  readonly anomalous: readonly boolean[];
  /** Class name, defect type, or `good`. */
  readonly kinds: readonly string[];
  readonly values: readonly number[];
  /** What each scale alone says, coarsest first; empty for methods without scales. Absent in records that hold it among `parts`. */
  readonly scales?: readonly (readonly number[])[];
  /** The score by fraction of patches, the configured one first. Absent as `scales` is. */
  readonly fractions?: readonly { readonly fraction: number; readonly values: readonly number[] }[];
  /** Further scores by name. */
  readonly parts: Readonly<Record<string, readonly number[]>>;
}

/** Learning curves of one trial by name, at most a few hundred points each. */
export type TrialCurves = Readonly<
  Record<string, { readonly steps: readonly number[]; readonly values: readonly number[] }>
>;

/** One line of the store's index: enough for tables and figures without opening the results. One line a cell. */
export interface TrialSummary {
  readonly key: string;
  readonly cell: Cell;
  readonly status: TrialStatus;
  readonly failure: TrialFailure | null;
  readonly metrics: TrialMetrics | null;
  readonly split: string;
  readonly engine: string;
  readonly seconds: Provenance['seconds'];
  readonly finishedAt: string;
}

/** The index lines of a result. */
export function summaries(result: TrialResult): TrialSummary[] {
  const { key, status, failure, metrics, inputs, provenance } = result;
  return result.cells.map((cell) => ({
    key,
    cell,
    status,
    failure,
    metrics,
    split: inputs.split,
    engine: inputs.engine,
    seconds: provenance.seconds,
    finishedAt: provenance.finishedAt,
  }));
}
