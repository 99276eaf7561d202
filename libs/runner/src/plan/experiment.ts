import { DATASET_NAMES, type DatasetName, type Task } from '@fsad/datasets';
import { parseConfig } from '@fsad/detector';
import { z } from 'zod';
import type { Budget, Evaluation } from '../store/index.ts';

/** One `--set`: a configuration key, perhaps of one detector only, and its value. */
export interface Setting {
  /** What it was written in, for messages: `--config my.yaml`; `--set` unless given. */
  readonly from?: string;
  readonly detector: string | null;
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Where in the matrix a method is used; what `set` may depend on. */
export interface Place {
  readonly dataset: DatasetName;
  readonly class: string;
  readonly shots: number;
  readonly colour: 'grey' | 'rgb';
  readonly task: Task;
}

/** Settings laid over a preset: nested objects are merged, everything else replaces. */
export type Overrides = Readonly<Record<string, unknown>>;

/** One column of an experiment: a method with a preset and what is changed in it. */
export interface MethodUse {
  readonly detector: string;
  /** Names the column in cells and reports; unique together with `detector` on each dataset. */
  readonly variant: string;
  /** Preset of the method, one for all budgets or one each. */
  readonly preset: string | Readonly<Record<Budget, string>>;
  /** Whether the preset is taken as the method's author uses it for the task and the number of images; as it stands unless said. */
  readonly forPurpose?: boolean;
  readonly set?: Overrides | ((place: Place) => Overrides);
  /** Only on these datasets; on all when left out. */
  readonly datasets?: readonly DatasetName[];
  /** Only with these numbers of training images; with all when left out. */
  readonly shots?: readonly number[];
  /** Where on the axes of settings it stands; of no file's own. */
  readonly along?: readonly Setting[];
  /** The variant it was before it stood there. */
  readonly plain?: string;
}

/** What a budget changes against the experiment as written. */
export interface BudgetSettings {
  readonly trials?: number;
  readonly shots?: readonly number[];
  /** Only these classes, by dataset. */
  readonly classes?: Readonly<Partial<Record<DatasetName, readonly string[]>>>;
  /** Score a stratified subset of so many test images; all when left out. */
  readonly testSubset?: number;
  /** Settings by detector, laid over those of the method use. */
  readonly set?: Readonly<Record<string, Overrides>>;
  readonly evaluation?: Partial<Evaluation>;
}

/** A matrix over datasets, classes, shots, methods and trials, at three budgets. */
export interface Experiment {
  /** Names the experiment in cells and reports; the file's name. */
  readonly name: string;
  /** One sentence for the plan and the report: what of the paper it reproduces. */
  readonly title: string;
  readonly datasets: readonly { readonly name: DatasetName; readonly classes: 'all' | readonly string[] }[];
  readonly shots: readonly number[];
  readonly trials: number;
  readonly methods: readonly MethodUse[];
  /**
   * Settings as axes of the matrix, e.g. `{ 'training.learningRate': [1e-3, 1e-4] }`: every method that has the key is used once with each value, as the
   * variant `full.learningRate-0.001`. `--set training.learningRate=1e-3,1e-4` says the same.
   */
  readonly axes?: Readonly<Record<string, readonly unknown[]>>;
  /** How trials are judged; nothing beyond image scores when left out. */
  readonly evaluation?: Partial<Evaluation>;
  readonly budgets: Readonly<Record<Budget, BudgetSettings>>;
}

const name = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'takes small letters, digits, dots and hyphens');
const count = z.int().positive();
const counts = z.array(count).min(1);
const overrides = z.record(z.string(), z.unknown());
const evaluation = z.strictObject({
  pixel: z.boolean().optional(),
  maps: z.int().nonnegative().optional(),
  examples: z.int().nonnegative().optional(),
  samples: z.int().nonnegative().optional(),
  iterations: counts.optional(),
});
const budget = z.strictObject({
  trials: count.optional(),
  shots: counts.optional(),
  classes: z.partialRecord(z.enum(DATASET_NAMES), z.array(z.string()).min(1)).optional(),
  testSubset: count.optional(),
  set: z.record(z.string(), overrides).optional(),
  evaluation: evaluation.optional(),
});
const methodUse = z.strictObject({
  detector: z.string(),
  variant: name,
  preset: z.union([
    z.string(),
    z.strictObject({ paper: z.string(), reduced: z.string(), smoke: z.string() }),
  ]),
  forPurpose: z.boolean().optional(),
  set: z
    .union([
      overrides,
      z.custom<(place: Place) => Overrides>(
        (value) => typeof value === 'function',
        'a function or an object',
      ),
    ])
    .optional(),
  datasets: z.array(z.enum(DATASET_NAMES)).min(1).optional(),
  shots: counts.optional(),
});
/** Experiments run without their types being checked: a key with a slip of the pen must not be passed over. */
const schema: z.ZodType<Experiment> = z.strictObject({
  name,
  title: z.string(),
  datasets: z
    .array(
      z.strictObject({
        name: z.enum(DATASET_NAMES),
        classes: z.union([z.literal('all'), z.array(z.string()).min(1)]),
      }),
    )
    .min(1),
  shots: counts,
  trials: count,
  methods: z.array(methodUse).min(1),
  axes: z.record(z.string(), z.array(z.unknown()).min(1)).optional(),
  evaluation: evaluation.optional(),
  budgets: z.strictObject({ paper: budget, reduced: budget, smoke: budget }),
});

/**
 * Checks an experiment's own consistency and gives it back.
 * @throws Error naming what is wrong: an unknown or ill-typed key, a bad name, an empty list, two columns of one name.
 */
export function defineExperiment(experiment: Experiment): Experiment {
  const checked = parseConfig(`experiment ${experiment.name}`, schema, experiment);
  const complain = (what: string): never => {
    throw new Error(`experiment ${checked.name}: ${what}`);
  };
  const seen = new Set<string>();
  for (const { detector, variant, datasets } of checked.methods) {
    for (const dataset of datasets ?? checked.datasets.map((one) => one.name)) {
      const column = `${detector}/${variant} on ${dataset}`;
      if (seen.has(column)) complain(`${column} is there twice; give one another variant name`);
      seen.add(column);
    }
  }
  for (const [budgetName, settings] of Object.entries(checked.budgets)) {
    for (const detector of Object.keys(settings.set ?? {})) {
      if (!checked.methods.some((use) => use.detector === detector)) {
        complain(`budget ${budgetName} sets ${detector}, which is not among the methods`);
      }
    }
  }
  return checked;
}

/** Lays `changes` over `base`: nested objects are merged, everything else replaces. Neither is altered. */
export function override(base: unknown, changes: Overrides): unknown {
  if (!isRecord(base)) return changes;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    merged[key] = isRecord(value) && isRecord(merged[key]) ? override(merged[key], value) : value;
  }
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
