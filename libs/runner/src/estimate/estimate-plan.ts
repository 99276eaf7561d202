import { calibratePlan, type CalibrationStep } from './calibrate-plan.ts';
import { coreGroups } from '../process/index.ts';
import { countKinds, kindOf, type PendingTrial } from '../plan/index.ts';
import type { OpenedRun, RunOptions } from '../open-run.ts';

/** A plan as it is shown before anything runs. */
export interface PlanEstimate {
  /** Cells chosen, with a good result, and with a bad one that is not tried again. */
  readonly cells: number;
  readonly done: number;
  readonly failedBefore: number;
  /** Cells whose result another experiment has computed already. */
  readonly shared: number;
  /** Trials to be done. */
  readonly pending: number;
  readonly workers: number;
  readonly threads: number;
  readonly methods: readonly MethodEstimate[];
  /** Seconds until everything is done, with `workers` side by side; null where nothing is known. */
  readonly seconds: number | null;
  /** True where a measurement was cut short, so that it may take longer. */
  readonly atLeast: boolean;
}

/** What is to be done with one method. */
export interface MethodEstimate {
  readonly detector: string;
  readonly variant: string;
  readonly pending: number;
  /** Seconds of its trials one after the other; null where nothing is known. */
  readonly seconds: number | null;
  /** True where a measurement was cut short, so that they may take longer. */
  readonly atLeast: boolean;
}

/** Estimates what a plan will cost on this machine: from trials that are done, else from a measurement of a few steps; see `calibratePlan`. */
export async function estimatePlan(
  opened: OpenedRun,
  options: RunOptions,
  onMeasure: (step: CalibrationStep) => void = () => undefined,
): Promise<PlanEstimate> {
  const { prepared, durations, sorted } = opened;
  const { pending, cells, done, failedBefore } = sorted;
  const detectors = [...new Set(pending.map((trial) => trial.cells[0].detector))];
  const engines = detectors.map((detector) => prepared.engine(detector));
  const groups = coreGroups(engines, options, pending.length);
  const cut = await calibratePlan(opened, options, groups, onMeasure);

  const secondsOf = (trials: readonly PendingTrial[]) =>
    durations.sum(countKinds(trials.map((trial) => trial.cells[0])));
  const methods = new Map<string, PendingTrial[]>();
  for (const trial of pending) {
    const [{ detector, variant }] = trial.cells;
    const column = `${detector}/${variant}`;
    const trials = methods.get(column);
    if (trials) trials.push(trial);
    else methods.set(column, [trial]);
  }
  const total = secondsOf(pending);
  return {
    cells,
    done,
    failedBefore,
    shared: sorted.shared.reduce((sum, entry) => sum + entry.cells.length, 0),
    pending: pending.length,
    workers: groups.workers,
    threads: groups.threads,
    methods: [...methods.values()].map((trials) => {
      const [{ detector, variant }] = trials[0].cells;
      const atLeast = trials.some((trial) => cut.has(kindOf(trial.cells[0])));
      return { detector, variant, pending: trials.length, seconds: secondsOf(trials), atLeast };
    }),
    seconds: total === null ? null : total / groups.workers,
    atLeast: cut.size > 0,
  };
}
