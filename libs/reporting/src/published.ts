import { readFileSync } from 'node:fs';

/** Which tables of the paper: methods (supplementary Tables 1 to 5), ablation (6), percentage of patches (7). */
export type PublishedKind = 'methods' | 'ablation' | 'patches';

/** A value the paper printed, in percent. */
export interface PublishedValue {
  readonly mean: number;
  readonly std: number;
  /** Why the printed value is doubtful; null where nothing speaks against it. It is kept as printed. */
  readonly note: string | null;
}

/** One table of the paper for one dataset and number of shots. */
export interface PublishedTable {
  /** E.g. `supplementary Table 1`. */
  readonly source: string;
  readonly dataset: string;
  readonly shots: number;
  readonly kind: PublishedKind;
  readonly columns: readonly string[];
  readonly classes: readonly string[];
  /** The printed value of a class, or of the row "Average"; null where the table has no such cell. */
  value(column: string, row: { readonly class: string } | 'average'): PublishedValue | null;
}

/** Trials behind every printed mean. */
export const publishedTrials = 10;

/** The table for a dataset (by its name here) and number of shots; null where the paper has none. */
export function publishedTable(kind: PublishedKind, dataset: string, shots: number): PublishedTable | null {
  return tables().find((one) => one.kind === kind && one.dataset === dataset && one.shots === shots) ?? null;
}

/** A table as stored: rows as printed, columns parted by bars. */
interface StoredTable {
  readonly source: string;
  readonly dataset: string;
  readonly shots: number;
  readonly kind: PublishedKind;
  readonly columns: string;
  readonly classes: Readonly<Record<string, string>>;
  readonly average: string;
  /** Doubtful values; class null for the row "Average". */
  readonly marks: readonly {
    readonly class: string | null;
    readonly column: string;
    readonly note: string;
  }[];
}

let parsed: PublishedTable[] | undefined;

function tables(): PublishedTable[] {
  if (!parsed) {
    const text = readFileSync(new URL('published.json', import.meta.url), 'utf8');
    parsed = (JSON.parse(text) as { tables: StoredTable[] }).tables.map(parseTable);
  }
  return parsed;
}

function parseTable(stored: StoredTable): PublishedTable {
  const columns = stored.columns.split(' | ');
  const rows = new Map(Object.entries(stored.classes).map(([name, row]) => [name, row.split(' | ')]));
  const average = stored.average.split(' | ');
  return {
    source: stored.source,
    dataset: stored.dataset,
    shots: stored.shots,
    kind: stored.kind,
    columns,
    classes: [...rows.keys()],
    value(column, row) {
      const className = row === 'average' ? null : row.class;
      const cells = className === null ? average : rows.get(className);
      const cell = cells?.[columns.indexOf(column)];
      if (cell === undefined) return null;
      const [mean, std] = cell.split(' ± ').map(Number);
      const mark = stored.marks.find((one) => one.class === className && one.column === column);
      return { mean, std, note: mark?.note ?? null };
    },
  };
}
