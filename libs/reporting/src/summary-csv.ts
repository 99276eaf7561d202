import { csvCell } from '@fsad/files';
import { leastTrials } from '@fsad/metrics';
import { stringify } from 'csv-stringify/sync';
import type { SettingComparison } from './compare.ts';

/** Means beside the paper's as CSV, percent, one row a class and one for the average over classes of each method. */
export function summaryCsv(comparisons: readonly SettingComparison[]): string {
  const rows = comparisons.flatMap(({ dataset, shots, rows }) =>
    rows.flatMap((row) => {
      const method = { dataset, shots, detector: row.detector, variant: row.variant };
      const cells = [...row.cells].map(([name, cell]) => ({
        ...method,
        class: name,
        trials: cell.measured.count,
        mean: cell.measured.mean,
        std: cell.measured.count < leastTrials ? null : cell.measured.std,
        std_of_trial_averages: null,
        low: cell.interval?.low,
        high: cell.interval?.high,
        paper_mean: cell.published?.mean,
        paper_std: cell.published?.std,
        paper_doubt: cell.published?.note,
        difference: cell.difference?.mean,
        difference_low: cell.difference?.interval.low,
        difference_high: cell.difference?.interval.high,
      }));
      const average = {
        ...method,
        class: 'average',
        trials: row.trials,
        mean: row.measured.mean,
        std: row.measured.meanOfStds,
        std_of_trial_averages: row.stdOfTrialAverages,
        low: row.interval?.low,
        high: row.interval?.high,
        paper_mean: row.published?.mean,
        paper_std: row.published?.meanOfStds,
        paper_doubt: row.notes.join('; '),
        difference: row.difference?.mean,
        difference_low: row.difference?.interval.low,
        difference_high: row.difference?.interval.high,
      };
      return [...cells, average];
    }),
  );
  return stringify(rows, { header: true, cast: { string: csvCell } });
}
