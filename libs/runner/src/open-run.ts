import {
  Durations,
  prepare,
  type PlanRequest,
  type Prepared,
  sortTrials,
  type PendingTrial,
  type Share,
  type SortedTrials,
} from './plan/index.ts';
import { importRegistry, type Registry } from './registry.ts';
import { type Cell, openStore, type Store } from './store/index.ts';
import type { RunEvent } from './run-events.ts';
import type { TrialTask } from './trial/index.ts';

export interface RunOptions {
  readonly request: PlanRequest;
  /** Address of the module that exports `registry`. */
  readonly registry: string;
  readonly store: string;
  /** Trials side by side; one per core group of the engine when left out. */
  readonly workers?: number;
  /** Threads of each trial. */
  readonly threads?: number;
  readonly memoryLimitBytes?: number;
  /** Make stored results again whose key has changed. */
  readonly replace: boolean;
  /** Try again what failed for its own reasons. */
  readonly retryFailed: boolean;
  /** Only this share of the plan: one task of an array job. */
  readonly share?: Share;
  /** For the provenance of results. */
  readonly command: string;
  readonly onEvent: (event: RunEvent) => void;
  /** Stop as soon as no work is lost. */
  readonly stop: AbortSignal;
  /** Stop at once. */
  readonly kill: AbortSignal;
}

/** A request set against a store, ready to run. */
export interface OpenedRun {
  readonly prepared: Prepared;
  readonly registry: Registry;
  readonly store: Store;
  readonly sorted: SortedTrials;
  readonly durations: Durations;
}

/** Checks and plans a run without starting anything. @throws PlanError or ChangedCellsError: the user's to mend. */
export async function openRun(options: RunOptions): Promise<OpenedRun> {
  const registry = await importRegistry(options.registry);
  const prepared = await prepare(options.request, registry);
  try {
    const store = await openStore(options.store);
    const sorted = await sortTrials(prepared, registry, store, options);
    const durations = new Durations();
    for (const { cell } of prepared.cells()) {
      const stored = store.cell(cell);
      if (stored?.status === 'ok') durations.add(cell, stored.seconds);
    }
    return { prepared, registry, store, sorted, durations };
  } catch (error) {
    await prepared.close();
    throw error;
  }
}

/** The task of a pending trial, as it is handed to a process or a queue. */
export function taskOf(trial: PendingTrial, prepared: Prepared, origin: TrialTask['origin']): TrialTask {
  const { key, cells, inputs, draw } = trial;
  return { key, cells, inputs, draw, engine: prepared.engine(cells[0].detector), origin };
}

/** Folder of a cell's dataset, null for its usual place. */
export function dataOf({ data }: Pick<PlanRequest, 'data'>, { dataset }: Cell): string | null {
  return data.get(dataset as Parameters<typeof data.get>[0]) ?? data.get('') ?? null;
}
