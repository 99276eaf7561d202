import type { Budget } from '@fsad/runner';
import { paperColumn } from '../paper-columns.ts';
import { publishedTrials, type PublishedTable } from '../published.ts';
import type { Point } from './measured.ts';

/** How much of a printed table was run at a budget. */
export interface Share {
  readonly table: PublishedTable;
  readonly budget: Budget;
  /** Class times column of the printed table, and those with a trial here. */
  readonly cells: number;
  readonly filled: number;
  /** Ten trials a cell in the paper. */
  readonly trials: number;
  readonly done: number;
}

/** The shares of printed tables at each budget that has a trial in them. */
export function sharesOf(tables: readonly PublishedTable[], points: readonly Point[]): Share[] {
  return tables.flatMap((table) =>
    (['paper', 'reduced'] as const).flatMap((budget) => {
      const cells = table.classes.length * columnsOf(table).length;
      const here = points.filter(
        ({ cell }) => cell.budget === budget && cell.dataset === table.dataset && cell.shots === table.shots,
      );
      const trials = here.flatMap(({ cell }) => {
        const column = table.kind === 'patches' ? 'all' : paperColumn(table, cell);
        return column && table.classes.includes(cell.class) && cell.trial < publishedTrials
          ? [`${cell.class}/${column}`]
          : [];
      });
      if (trials.length === 0) return [];
      const filled = new Set(trials).size;
      return [{ table, budget, cells, filled, trials: publishedTrials * cells, done: trials.length }];
    }),
  );
}

/** The columns that trials fill: one trial has all percentages of patches. */
function columnsOf({ kind, columns }: PublishedTable): readonly string[] {
  return kind === 'patches' ? ['all'] : columns;
}

/** `76 %`, and `< 1 %` rather than 0. */
export function percent(part: number, whole: number): string {
  const value = (100 * part) / whole;
  return value > 0 && value < 1 ? '< 1 %' : `${Math.floor(value)} %`;
}
