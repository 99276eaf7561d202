import type { DatasetName } from '@fsad/datasets';
import type { Experiment } from './experiment.ts';
import type { DatasetOptions, SplitRule } from '../registry.ts';
import type { Budget } from '../store/index.ts';
import type { AskedSetting } from './selection.ts';

/** What is asked of an experiment: which part of the matrix, with what, on what. */
export interface PlanRequest {
  readonly experiment: Experiment;
  readonly budget: Budget;
  /** `class=3,8`; all conditions hold together. */
  readonly where: readonly string[];
  /** `iterations=20`, `geom.steps=100`. */
  readonly set: readonly AskedSetting[];
  /** How many trials instead of the budget's. */
  readonly trials?: number;
  /** Root of the random streams of trial 0; trial t takes `seed + t`. */
  readonly seed: number;
  readonly splitRule: SplitRule;
  readonly subset: 'test' | 'validation';
  /** Test images to score instead of the budget's number; null for all. */
  readonly testSubset?: number | null;
  /** Only the first so many test images, instead of a subset. */
  readonly limit?: number;
  readonly engine: string;
  /** Folder of each dataset by name; under `''` the folder of the only one. */
  readonly data: ReadonlyMap<DatasetName | '', string>;
  /** What the datasets are opened with. */
  readonly options?: DatasetOptions;
}

/** The whole matrix of an experiment on its test images, data found where it usually lies: what `fsad run` asks for when no option is given. */
export function wholeExperiment(experiment: Experiment, budget: Budget): PlanRequest {
  return {
    experiment,
    budget,
    where: [],
    set: [],
    seed: 0,
    splitRule: 'hash',
    subset: 'test',
    engine: 'auto',
    data: new Map(),
  };
}
