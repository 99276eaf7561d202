import { existsSync } from 'node:fs';
import { addCell, journalPath, LockedError } from '@fsad/tracking/journal';
import { countKinds, kindOf, type PendingTrial } from './plan/index.ts';
import type { OpenedRun } from './open-run.ts';
import type { Cell, TrialResult } from './store/index.ts';
import type { RunEvent, RunSummary } from './run-events.ts';

/** Counts the cells of a run while its trials end, and tells of it. */
export class Tally {
  readonly #opened: OpenedRun;
  readonly #onEvent: (event: RunEvent) => void;
  readonly #left: Map<string, { cell: Cell; count: number }>;
  #ok: number;
  #failed: number;

  constructor(opened: OpenedRun, onEvent: (event: RunEvent) => void) {
    this.#opened = opened;
    this.#onEvent = onEvent;
    this.#left = countKinds(opened.sorted.pending.map(({ cells }) => cells[0]));
    this.#ok = opened.sorted.done;
    this.#failed = opened.sorted.failedBefore;
  }

  /** Enters the chosen cells on results that another experiment has computed already, and tells the plan. */
  async begin(how: { readonly workers: number; readonly threads: number } | null): Promise<void> {
    const { prepared, store, sorted } = this.#opened;
    for (const text of [...prepared.notes, ...store.notes]) this.#onEvent({ type: 'note', text });
    for (const { key, cells } of sorted.shared) {
      this.#tellJournal(key, cells);
      const result = await store.adopt(key, cells);
      if (result?.status === 'ok') this.#ok += cells.length;
      else this.#failed += cells.length;
    }
    this.#onEvent({
      type: 'plan',
      cells: sorted.cells,
      done: sorted.done,
      failedBefore: sorted.failedBefore,
      pending: sorted.pending.length,
      how,
      remainingSeconds: how && this.#remaining(how.workers),
    });
  }

  /** Tracking hears of further cells of a result before the store does, which would not be told again. */
  #tellJournal(key: string, cells: readonly Cell[]): void {
    const { directory } = this.#opened.store;
    if (!existsSync(journalPath(directory, key))) return;
    try {
      for (const cell of cells) addCell(directory, key, cell);
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      this.#onEvent({ type: 'note', text: error.message });
    }
  }

  /** A trial ended without a result: not even its failure could be recorded. */
  lose({ key, cells }: PendingTrial, message: string, sideBySide: number): void {
    const [cell] = cells;
    this.#failed += cells.length;
    this.#tell({ type: 'finish', key, cell, status: 'failed', auroc: null, message, seconds: 0 }, sideBySide);
  }

  /** A trial has its result, after so many seconds, while so many run side by side. */
  finish(trial: PendingTrial, result: TrialResult, seconds: number, sideBySide: number): void {
    const [cell] = trial.cells;
    if (result.status === 'ok') {
      this.#ok += trial.cells.length;
      this.#opened.durations.add(cell, seconds);
    } else {
      this.#failed += trial.cells.length;
    }
    this.#tell(finishEvent(result, cell, seconds), sideBySide);
  }

  #tell(event: Omit<FinishEvent, 'pending' | 'remainingSeconds'>, sideBySide: number): void {
    const kind = this.#left.get(kindOf(event.cell));
    if (kind) kind.count--;
    this.#onEvent({
      ...event,
      pending: [...this.#left.values()].reduce((sum, { count }) => sum + count, 0),
      remainingSeconds: this.#remaining(sideBySide),
    });
  }

  summary(end: { readonly interrupted: boolean; readonly stopped: string | null }): RunSummary {
    const { cells } = this.#opened.sorted;
    return { cells, ok: this.#ok, failed: this.#failed, left: cells - this.#ok - this.#failed, ...end };
  }

  #remaining(sideBySide: number): number | null {
    const seconds = this.#opened.durations.sum(this.#left);
    return seconds === null ? null : seconds / sideBySide;
  }
}

type FinishEvent = Extract<RunEvent, { type: 'finish' }>;

/** What is told of a trial that ended, wherever it ran. */
export function finishEvent(
  { key, status, metrics, failure }: TrialResult,
  cell: Cell,
  seconds: number,
): FinishEvent {
  return {
    type: 'finish',
    key,
    cell,
    status,
    auroc: metrics?.auroc ?? null,
    message: failure && [failure.step, failure.message].filter(Boolean).join(': '),
    seconds,
    pending: null,
    remainingSeconds: null,
  };
}
