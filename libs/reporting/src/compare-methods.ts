import {
  leastTrials,
  pairedDifference,
  wilcoxonSignedRank,
  type PairedDifference,
  type WilcoxonTest,
} from '@fsad/metrics';
import type { Column, Setting } from './collect.ts';
import { columnLabel, orderedColumns } from './paper-columns.ts';

/** Two methods over the splits both finished; AUROC in percent, differences first minus second. */
export interface MethodComparison {
  readonly first: string;
  readonly second: string;
  readonly paired: PairedDifference;
  readonly wilcoxon: WilcoxonTest;
  /** Wilcoxon's p corrected for the number of comparisons in this setting (Holm). */
  readonly adjustedP: number;
  /** Trials of either without a partner on the same split. */
  readonly unpaired: number;
}

/**
 * Compares the setting's main method (HTDG as the paper has it, else the last column) with every other over the same
 * splits: Wilcoxon's signed-rank test over all (class, trial) pairs, and the mean difference with its interval. Methods that
 * share fewer than three splits are left out.
 */
export function compareMethods(setting: Setting): MethodComparison[] {
  const columns = orderedColumns(setting).filter((column) => column.classes.size > 0);
  const main =
    columns.find(
      ({ detector, variant }) => detector === 'htdg' && (variant === 'full' || variant === 'default'),
    ) ??
    columns.findLast(({ detector }) => detector === 'htdg') ??
    columns.at(-1);
  if (!main) return [];
  const compared = columns
    .filter((column) => column !== main)
    .map((column) => compareTwo(main, column))
    .filter((comparison) => comparison !== null);
  const order = compared.map((_, i) => i).sort((a, b) => compared[a].wilcoxon.p - compared[b].wilcoxon.p);
  const adjusted = new Float64Array(compared.length);
  let floor = 0;
  order.forEach((at, rank) => {
    floor = Math.max(floor, Math.min(1, compared[at].wilcoxon.p * (compared.length - rank)));
    adjusted[at] = floor;
  });
  return compared.map((comparison, i) => ({ ...comparison, adjustedP: adjusted[i] }));
}

function compareTwo(main: Column, other: Column): Omit<MethodComparison, 'adjustedP'> | null {
  const first: number[] = [];
  const second: number[] = [];
  const strata: string[] = [];
  let trials = 0;
  for (const [className, points] of main.classes) {
    const partners = new Map(other.classes.get(className)?.map((point) => [point.split, point.auroc]));
    for (const { split, auroc } of points) {
      const partner = partners.get(split);
      if (partner === undefined) continue;
      first.push(auroc);
      second.push(partner);
      strata.push(className);
    }
  }
  for (const column of [main, other]) for (const points of column.classes.values()) trials += points.length;
  if (first.length < leastTrials) return null;
  return {
    first: columnLabel(main),
    second: columnLabel(other),
    paired: pairedDifference(first, second, { strata, range: [-100, 100] }),
    wilcoxon: wilcoxonSignedRank(first, second),
    unpaired: trials - 2 * first.length,
  };
}
