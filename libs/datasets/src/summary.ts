import { DECODER } from '@fsad/images';
import type { Dataset, Task } from './dataset.ts';
import { DatasetError } from './errors.ts';

/** How many images of a class there are. */
export interface ClassSummary {
  readonly name: string;
  readonly task: Task;
  /** Official training images present, and those of them that may be drawn. */
  readonly training: number;
  readonly drawable: number;
  readonly normalTest: number;
  readonly anomalousTest: number;
  readonly masks: number;
  /** Reserved training images of any class; null where the dataset reserves none. */
  readonly validation: number | null;
  /** Test images by kind: class name, defect type or `good`. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Which folders count as good and which as defects, and what was passed over, in words. */
  readonly notes: readonly string[];
}

/** What an opened dataset holds, in numbers. */
export interface DatasetSummary {
  readonly dataset: string;
  readonly options: Readonly<Record<string, string>>;
  readonly colour: 'grey' | 'rgb';
  readonly images: number;
  readonly classes: readonly ClassSummary[];
  readonly warnings: readonly string[];
  readonly fingerprint: string;
  readonly decoder: string;
}

/** Counts images by class and kind without decoding any. */
export function summarise(dataset: Dataset): DatasetSummary {
  return {
    dataset: dataset.name,
    options: dataset.options,
    colour: dataset.colour,
    images: dataset.ids().length,
    classes: dataset.classes.map((name) => summariseClass(dataset, name)),
    warnings: dataset.warnings,
    fingerprint: dataset.fingerprint,
    decoder: DECODER,
  };
}

function summariseClass(dataset: Dataset, name: string): ClassSummary {
  const test = dataset.testItems(name, 'test');
  const kinds: Record<string, number> = {};
  for (const { kind } of test) kinds[kind] = (kinds[kind] ?? 0) + 1;
  const anomalous = test.filter((item) => item.anomalous).length;
  return {
    name,
    task: dataset.taskOf(name),
    training: dataset.trainIds(name, 'official').length,
    drawable: dataset.trainIds(name).length,
    normalTest: test.length - anomalous,
    anomalousTest: anomalous,
    masks: test.filter(({ hasMask }) => hasMask).length,
    validation: validationCount(dataset, name),
    kinds,
    notes: dataset.notesOf?.(name) ?? [],
  };
}

function validationCount(dataset: Dataset, name: string): number | null {
  try {
    return dataset.testItems(name, 'validation').length;
  } catch (error) {
    if (error instanceof DatasetError) return null;
    throw error;
  }
}
