import { summarize } from '@fsad/metrics';
import type { SettingComparison } from '../compare.ts';

/** The order of methods here and in the paper, over the classes that all of them ran on, best first. */
export interface RankOrder {
  readonly classes: number;
  readonly measured: readonly { readonly label: string; readonly mean: number }[];
  readonly published: readonly { readonly label: string; readonly mean: number }[];
  /** Pairs of methods, and those in the same order in both. */
  readonly pairs: number;
  readonly agreeing: number;
}

/** Null where fewer than two methods of the paper share a class. */
export function rankOrder({ rows }: SettingComparison): RankOrder | null {
  const known = rows.filter(({ cells }) => [...cells.values()].some(({ published }) => published));
  // A method on few classes must not make the comparison of the others one over few classes.
  const most = Math.max(0, ...known.map(({ cells }) => cells.size));
  const compared = known.filter(({ cells }) => cells.size >= most / 2);
  if (compared.length < 2) return null;
  const common = [...compared[0].cells.keys()].filter((name) =>
    compared.every(({ cells }) => cells.get(name)?.published),
  );
  if (common.length === 0) return null;
  const over = (pick: 'measured' | 'published') =>
    compared
      .map(({ label, cells }) => ({
        label,
        mean: summarize(common.map((name) => cells.get(name)![pick]!.mean)).mean,
      }))
      .sort((a, b) => b.mean - a.mean);
  const measured = over('measured');
  const published = over('published');
  const place = new Map(published.map(({ label }, i) => [label, i]));
  let pairs = 0;
  let agreeing = 0;
  measured.forEach((one, i) => {
    for (const other of measured.slice(i + 1)) {
      pairs++;
      if (place.get(one.label)! < place.get(other.label)!) agreeing++;
    }
  });
  return { classes: common.length, measured, published, pairs, agreeing };
}

/** Two lines and a count, as Markdown. */
export function rankText({ classes, measured, published, pairs, agreeing }: RankOrder): string {
  const line = (order: RankOrder['measured']): string =>
    order.map(({ label, mean }) => `${label} ${mean.toFixed(1)}`).join(' > ');
  return [
    `Order over the ${classes === 1 ? 'class' : `${classes} classes`} that all of them ran on, ${agreeing} of ${pairs} pairs as in the paper:`,
    '',
    `- here: ${line(measured)}`,
    `- paper: ${line(published)}`,
    '',
  ].join('\n');
}
