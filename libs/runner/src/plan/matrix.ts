import type { Dataset, DatasetName } from '@fsad/datasets';
import type { BudgetSettings, Experiment, MethodUse } from './experiment.ts';
import type { Budget, Cell, Evaluation } from '../store/index.ts';

/** A cell with the method use it comes from. */
export interface MatrixEntry {
  readonly cell: Cell;
  readonly use: MethodUse;
}

/**
 * The cells of an experiment at a budget, one at a time: trials outermost, so that whatever is finished first is a whole comparison over fewer
 * trials; methods innermost, so that neighbours share a split.
 */
export function* matrix(
  experiment: Experiment,
  budget: Budget,
  datasets: ReadonlyMap<DatasetName, Dataset>,
  trials?: number,
): Generator<MatrixEntry> {
  const settings = experiment.budgets[budget];
  const count = trials ?? settings.trials ?? experiment.trials;
  const shotCounts = settings.shots ?? experiment.shots;
  for (let trial = 0; trial < count; trial++) {
    for (const { name, classes } of experiment.datasets) {
      for (const className of classesOf(name, classes, settings, datasets)) {
        for (const shots of shotCounts) {
          for (const use of experiment.methods) {
            if (use.datasets && !use.datasets.includes(name)) continue;
            if (use.shots && !use.shots.includes(shots)) continue;
            const { detector, variant } = use;
            const place = { dataset: name, class: className, shots, trial };
            yield { use, cell: { experiment: experiment.name, ...place, detector, variant, budget } };
          }
        }
      }
    }
  }
}

function classesOf(
  name: DatasetName,
  classes: 'all' | readonly string[],
  settings: BudgetSettings,
  datasets: ReadonlyMap<DatasetName, Dataset>,
): readonly string[] {
  const chosen = settings.classes?.[name] ?? classes;
  return chosen === 'all' ? (datasets.get(name)?.classes ?? []) : chosen;
}

/** How trials of this experiment are judged at this budget. */
export function evaluationOf(experiment: Experiment, budget: Budget): Evaluation {
  const nothing: Evaluation = { pixel: false, maps: 0, examples: 0, samples: 0 };
  return { ...nothing, ...experiment.evaluation, ...experiment.budgets[budget].evaluation };
}
