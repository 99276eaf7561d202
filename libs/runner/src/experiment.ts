import type { DatasetName } from '@fsad/datasets';
import type { Budget, Evaluation } from './result.ts';

/** Where in the matrix a method is used; what `set` may depend on. */
export interface Place {
  readonly dataset: DatasetName;
  readonly class: string;
  readonly shots: number;
  readonly colour: 'grey' | 'rgb';
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
  readonly set?: Overrides | ((place: Place) => Overrides);
  /** Only on these datasets; on all when left out. */
  readonly datasets?: readonly DatasetName[];
  /** Only with these numbers of training images; with all when left out. */
  readonly shots?: readonly number[];
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
  /** How trials are judged; nothing beyond image scores when left out. */
  readonly evaluation?: Partial<Evaluation>;
  readonly budgets: Readonly<Record<Budget, BudgetSettings>>;
}

const name = /^[a-z0-9][a-z0-9.-]*$/;

/**
 * Checks an experiment's own consistency and gives it back.
 * @throws Error naming the field: a bad name, an empty list, two methods of one detector and variant, a count that is none.
 */
export function defineExperiment(experiment: Experiment): Experiment {
  const complain = (what: string): never => {
    throw new Error(`experiment ${experiment.name}: ${what}`);
  };
  if (!name.test(experiment.name)) complain('the name takes small letters, digits, dots and hyphens');
  if (experiment.datasets.length === 0) complain('datasets is empty');
  if (experiment.methods.length === 0) complain('methods is empty');
  const seen = new Set<string>();
  for (const { detector, variant, datasets } of experiment.methods) {
    if (!name.test(variant)) complain(`variant "${variant}" takes small letters, digits, dots and hyphens`);
    for (const dataset of datasets ?? experiment.datasets.map((one) => one.name)) {
      const column = `${detector}/${variant} on ${dataset}`;
      if (seen.has(column)) complain(`${column} is there twice; give one another variant name`);
      seen.add(column);
    }
  }
  requireCounts('shots', experiment.shots, complain);
  requireCounts('trials', [experiment.trials], complain);
  for (const [budget, settings] of Object.entries(experiment.budgets)) {
    if (settings.trials !== undefined) requireCounts(`${budget}.trials`, [settings.trials], complain);
    if (settings.shots) requireCounts(`${budget}.shots`, settings.shots, complain);
    if (settings.testSubset !== undefined)
      requireCounts(`${budget}.testSubset`, [settings.testSubset], complain);
    for (const detector of Object.keys(settings.set ?? {})) {
      if (!experiment.methods.some((use) => use.detector === detector)) {
        complain(`budget ${budget} sets ${detector}, which is not among the methods`);
      }
    }
  }
  return experiment;
}

function requireCounts(field: string, values: readonly number[], complain: (what: string) => never): void {
  if (values.length === 0) complain(`${field} is empty`);
  for (const value of values) {
    if (!Number.isInteger(value) || value < 1)
      complain(`${field} holds ${value}; it takes whole numbers from 1`);
  }
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
