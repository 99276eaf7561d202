import type { Budget } from '@fsad/runner';
import { columnLabel, paperColumn } from '../paper-columns.ts';
import { publishedTrials, type PublishedTable } from '../published.ts';
import { duration } from '@fsad/files';
import { settingName } from '../words.ts';
import type { BenchRow } from './bench-page.ts';
import type { Point } from './measured.ts';

/** What one column of a printed table costs, from what its trials took here in one thread. */
interface ColumnCost {
  readonly setting: string;
  readonly budget: Budget;
  readonly label: string;
  readonly trials: number;
  /** Medians; scoring is that of all test images there are. */
  readonly fit: number;
  readonly score: number;
  /** Every class, ten trials. */
  readonly whole: number;
  readonly clocks: readonly string[];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function columnCosts(tables: readonly PublishedTable[], points: readonly Point[]): ColumnCost[] {
  const groups = new Map<string, { table: PublishedTable; points: Point[] }>();
  for (const table of tables) {
    for (const point of points) {
      const { cell } = point;
      if (cell.dataset !== table.dataset || cell.shots !== table.shots) continue;
      if (table.kind !== 'patches' && !paperColumn(table, cell)) continue;
      const id = `${table.source}/${table.dataset}/${table.shots}/${cell.budget}/${cell.detector}/${cell.variant}`;
      const group = groups.get(id) ?? { table, points: [] };
      groups.set(id, group);
      group.points.push(point);
    }
  }
  return [...groups.values()].map(({ table, points: members }) => {
    const { cell } = members[0];
    const records = members.map(({ record }) => record);
    const fit = median(records.map(({ provenance }) => provenance.seconds.fit));
    const score = median(
      records.map(({ provenance, test }) => (provenance.seconds.score / test.images) * test.available),
    );
    return {
      setting: settingName(table),
      budget: cell.budget,
      label: columnLabel(cell),
      trials: members.length,
      fit,
      score,
      whole: (fit + score) * table.classes.length * publishedTrials,
      clocks: [...new Set(records.map(({ provenance }) => provenance.clock))].sort(),
    };
  });
}

/** Iterations a scale of the published training. */
const publishedIterations = { rgb: 1000, grey: 500 } as const;

/** What the published training of the full method takes, one image, from the bench's seconds of an iteration on two cores; null where it has none. */
export function publishedCost(bench: readonly BenchRow[], colour: 'rgb' | 'grey'): string | null {
  const what = colour === 'rgb' ? 'iteration/official' : 'iteration/official, grey';
  const seconds = bench.find((row) => row.what === what && row.engine === 'native')?.seconds;
  if (seconds === undefined) return null;
  const trial = seconds * publishedIterations[colour];
  const column = trial * 10 * publishedTrials;
  return (
    `The published training of the full method (budget \`paper\`, one image, ${colour === 'rgb' ? 'three colours' : 'grey'}): ${seconds} s an iteration on two cores ([bench](../bench)), so ` +
    `${duration(trial)} a trial, ${duration(column)} for ten classes of ten trials, ${duration((column * 2) / 64 / efficiency)} on 64 cores; scoring comes on top.`
  );
}

/** Hours of processor of a column on two cores, on 64. */
const machines = [2, 64];
/** What two workers reach against two bare processes (libs/runner); assumed of more. */
const efficiency = 0.95;

/** What the whole of each measured column takes: a table, and how to read it. Empty where nothing was measured. */
export function costTable(tables: readonly PublishedTable[], points: readonly Point[]): string {
  const costs = columnCosts(tables, points);
  if (costs.length === 0) return '';
  const rows = costs.map(({ setting, budget, label, trials, fit, score, whole, clocks }) =>
    [
      setting,
      `\`${budget}\``,
      label,
      trials,
      duration(fit),
      duration(score),
      clocks.join(', '),
      ...machines.map((cores) => duration(whole / cores / efficiency)),
    ].join(' | '),
  );
  return [
    'Medians of one thread; scoring is scaled to all test images. The last columns are every class of the printed table with ten trials. Wall time was taken on a machine that others used at the ' +
      'time, so that it is an upper bound; a GPU was not at hand, and nothing here says what it would take.',
    '',
    '| setting | budget | method | trials measured | training | scoring, all test images | clock | whole column, 2 cores | 64 cores |',
    '| --- | --- | --- | ---: | ---: | ---: | --- | ---: | ---: |',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n');
}
