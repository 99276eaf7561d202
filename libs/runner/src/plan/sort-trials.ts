import { differences, type Cell, type Store } from '../store/index.ts';
import { planTrials, type PlannedTrial } from './plan.ts';
import { cellName } from '../cell-name.ts';
import type { Prepared } from './prepare.ts';
import type { Registry } from '../registry.ts';

/** A trial to be done: one key, and every chosen cell that holds it. */
export interface PendingTrial extends Omit<PlannedTrial, 'cell'> {
  readonly cells: Cell[];
  /** `continue`: nothing stored yet, perhaps begun; `retry`: failed for outside reasons; `replace`: the cell held another key. */
  readonly why: 'continue' | 'retry' | 'replace';
}

/** Every `of`-th trial of a plan, from `part` (counted from 0). */
export interface Share {
  readonly part: number;
  readonly of: number;
}

/** A plan, or a share of it, set against a store. */
export interface SortedTrials {
  /** Cells chosen in all. */
  readonly cells: number;
  readonly done: number;
  /** Cells whose trial ended badly for its own reasons before; not tried again. */
  readonly failedBefore: number;
  readonly pending: PendingTrial[];
  /** Results the store has for the same key under another cell: nothing is to be computed. */
  readonly shared: { readonly key: string; readonly cells: Cell[] }[];
}

/** Cells whose key is not the stored one. Running them needs `--replace`. */
export class ChangedCellsError extends Error {
  override readonly name = 'ChangedCellsError';
  readonly count: number;
  constructor(count: number, examples: readonly string[]) {
    const more = count > examples.length ? [`  and ${count - examples.length} more`] : [];
    super(
      [
        `nothing was run; ${count === 1 ? 'a stored result was' : `${count} stored results were`} made differently:`,
        ...examples.map((example) => `  ${example}`),
        ...more,
        'to make them again give --replace; to keep them take another folder',
      ].join('\n'),
    );
    this.count = count;
  }
}

const shownChanges = 5;

/**
 * Says of every planned trial whether it is done, to be done, or refused.
 * @throws ChangedCellsError naming what differs, unless `replace`.
 */
export async function sortTrials(
  prepared: Prepared,
  registry: Registry,
  store: Store,
  options: { readonly replace: boolean; readonly retryFailed: boolean; readonly share?: Share },
): Promise<SortedTrials> {
  const chosen = options.share && (await keysOfShare(prepared, registry, options.share));
  const pending = new Map<string, PendingTrial>();
  const shared = new Map<string, { key: string; cells: Cell[] }>();
  const changes: string[] = [];
  const counts = { cells: 0, done: 0, failedBefore: 0, changed: 0 };
  const add = ({ cell, ...trial }: PlannedTrial, why: PendingTrial['why']): void => {
    const known = pending.get(trial.key);
    if (known) known.cells.push(cell);
    else pending.set(trial.key, { ...trial, cells: [cell], why });
  };
  for await (const trial of planTrials(prepared, registry)) {
    if (chosen && !chosen.has(trial.key)) continue;
    counts.cells++;
    const { key, cell } = trial;
    const stored = store.cell(cell);
    if (stored?.key === key) {
      if (stored.status === 'ok') counts.done++;
      else if (stored.outside || options.retryFailed) add(trial, 'retry');
      else counts.failedBefore++;
      continue;
    }
    // Of a trial that failed nothing is lost when it is done with data, or settings, that were mended since.
    const mayGo = options.replace || (stored?.status !== 'ok' && (options.retryFailed || stored?.outside));
    if (stored && !mayGo) {
      counts.changed++;
      if (changes.length < shownChanges) changes.push(await changeOf(trial, stored.key, store));
    } else if (store.has(key) && !pending.has(key)) {
      const entry = shared.get(key) ?? { key, cells: [] };
      entry.cells.push(cell);
      shared.set(key, entry);
    } else {
      add(trial, stored ? 'replace' : 'continue');
    }
  }
  if (counts.changed > 0) throw new ChangedCellsError(counts.changed, changes);
  return { ...counts, pending: [...pending.values()], shared: [...shared.values()] };
}

/**
 * The trials of a share. Decided by the whole plan, never by what is done already, so that shares begun at different times stay apart; in the order of
 * keys, which mixes methods and classes, so that shares take about equally long.
 */
async function keysOfShare(
  prepared: Prepared,
  registry: Registry,
  { part, of }: Share,
): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for await (const { key } of planTrials(prepared, registry)) keys.add(key);
  return new Set([...keys].sort().filter((_, i) => i % of === part));
}

async function changeOf({ cell, inputs }: PlannedTrial, storedKey: string, store: Store): Promise<string> {
  const before = await store.read(storedKey);
  const changed = differences(before?.inputs, inputs).map((change) =>
    change.startsWith('data: ')
      ? 'its pictures differ from those the stored result was made with, which is stale'
      : change,
  );
  const shown = changed.slice(0, 4).join('; ');
  return `${cellName(cell)}: ${shown}${changed.length > 4 ? `; and ${changed.length - 4} more` : ''}`;
}
