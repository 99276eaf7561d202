import type { Dataset, DatasetName, Split, TestSelection } from '@fsad/datasets';
import { openMethod, type Registry, type ResolvedEngine } from '../registry.ts';
import type { TrialDraw } from '../plan/index.ts';
import {
  resultSchema,
  type Cell,
  type Provenance,
  type TrialInputs,
  type TrialResult,
} from '../store/index.ts';

/** A trial as it is handed to a process: values only, so that it can cross a pipe or a queue. */
export interface TrialTask {
  readonly key: string;
  readonly cells: readonly Cell[];
  readonly inputs: TrialInputs;
  readonly draw: TrialDraw;
  readonly engine: ResolvedEngine;
  /** For the provenance. */
  readonly origin: { readonly command: string; readonly gitCommit: string | null };
}

/** Where and with what a process works on a trial; differs from machine to machine, never enters the numbers. */
export interface TrialSurroundings {
  readonly store: string;
  /** Folder of the trial's dataset; null for the registry's own place. */
  readonly data: string | null;
  readonly threads: number;
}

/** The images of a trial, found again. */
export interface TrialImages {
  readonly split: Split;
  readonly test: TestSelection;
}

/**
 * Draws the images of a task from its dataset.
 * @throws Error when they are not those the key was made of: the data changed since.
 */
export async function trialImages(
  task: TrialTask,
  dataset: Dataset,
  registry: Registry,
): Promise<TrialImages> {
  const { class: className, shots, trial } = task.cells[0];
  const { rule } = task.draw;
  const split = await registry.drawSplit(dataset, { class: className, shots, trial, rule });
  const test = registry.chooseTest(dataset, split, task.draw);
  const { inputs } = task;
  const data = dataset.fingerprintOf(className);
  if (split.id !== inputs.split || test.id !== inputs.testSubset || data !== inputs.data) {
    throw new Error(
      `the data of ${dataset.name} are not those this trial was planned with; plan again by running the same command again`,
    );
  }
  return { split, test };
}

/** This machine would not give the numbers that a trial's key stands for. */
export class UnfitError extends Error {
  override readonly name = 'UnfitError';
}

/**
 * The engine of a task on this machine.
 * @throws UnfitError when it, the method or the decoder of pictures is another than the trial was planned with
 */
export async function requireFit({ inputs, engine }: TrialTask, registry: Registry): Promise<ResolvedEngine> {
  const { detector } = inputs.configuration;
  const method = await openMethod(registry, detector);
  const here = await registry.resolveEngine(method.engine, engine.runtime);
  if (here.name !== inputs.engine) {
    throw new UnfitError(`planned for engine ${inputs.engine}, but here it comes down to ${here.name}`);
  }
  const { numericVersion } = method;
  if (numericVersion !== inputs.numericVersion || registry.decoder !== inputs.decoder) {
    throw new UnfitError(
      `planned with ${detector} of numeric version ${inputs.numericVersion} and decoder ${inputs.decoder}, but this program has ` +
        `${numericVersion} and ${registry.decoder}; install the same version on both machines`,
    );
  }
  return here;
}

/** Opens the dataset of a task. */
export function taskDataset(task: TrialTask, data: string | null, registry: Registry): Promise<Dataset> {
  return registry.openDataset(task.cells[0].dataset as DatasetName, data, task.draw.options);
}

/** The parts of a result that are the same however the trial ends. */
export function resultFrame(
  task: TrialTask,
  dataset: Dataset,
  { split, test }: TrialImages,
): Pick<TrialResult, 'schema' | 'key' | 'cells' | 'inputs' | 'split' | 'test' | 'warnings'> {
  return {
    schema: resultSchema,
    key: task.key,
    cells: task.cells,
    inputs: task.inputs,
    split,
    test: {
      subset: task.draw.subset,
      images: test.items.length,
      anomalous: test.items.filter((item) => item.anomalous).length,
      available: dataset.testItems(split.class, task.draw.subset).length,
    },
    warnings: dataset.warnings,
  };
}

/** What only the process itself can say for the provenance. */
export type Measured = Pick<
  Provenance,
  'startedAt' | 'finishedAt' | 'seconds' | 'attempts' | 'peakMemoryBytes'
>;
