import type { PairedDifference } from './measured.ts';
import { counted, signed } from '../words.ts';

/** `open`: the interval has both signs, or there is none; the numbers say how far it got. */
export type Verdict = 'holds' | 'does not hold' | 'not decidable';

/** Something the paper says in words, and what our numbers say of it. */
export interface Claim {
  readonly text: string;
  /** Where: a dataset, a number of images, a budget. */
  readonly where: string;
  readonly verdict: Verdict;
  readonly numbers: string;
}

/** The numbers of a claim nothing was run for. */
export const nothingRun = 'no trials of both';

/** What intervals speak of, as the numbers of a table name it. */
export const intervalsText =
  'Means over classes. An interval is Student’s 95 %: _new pictures_, of the same classes, where each has three pairs; else _other classes_ like these, one mean a class; with two classes, over their pairs.';

const speaksOf = { trials: ' for new pictures', strata: ' for other classes', pairs: '' } as const;

/** `+2.1 (−0.3 to +4.5 for new pictures; 30 pairs, 10 classes)`. */
export function differenceText({ mean, low, high, over, pairs, classes }: PairedDifference): string {
  const interval = low === null || high === null ? '' : `${signed(low)} to ${signed(high)}${over ? speaksOf[over] : ''}; `;
  return `${signed(mean)} (${interval}${counted(pairs, 'pair')}, ${classes} ${classes === 1 ? 'class' : 'classes'})`;
}

/** A claim that all of these differences are above zero: it holds where every interval is, and does not where one lies below. */
export function claimAbove(
  text: string,
  where: string,
  differences: readonly { readonly name: string; readonly by: PairedDifference | null }[],
): Claim {
  const found = differences.filter(({ by }) => by !== null) as { name: string; by: PairedDifference }[];
  const numbers =
    found.length === 0
      ? nothingRun
      : found.map(({ name, by }) => `${name} ${differenceText(by)}`).join('; ');
  const missing = differences.filter(({ by }) => by === null).map(({ name }) => name);
  const lacking = found.length > 0 && missing.length > 0 ? `; not run: ${missing.join(', ')}` : '';
  return { text, where, verdict: verdictOf(found, missing.length === 0), numbers: numbers + lacking };
}

function verdictOf(found: readonly { by: PairedDifference }[], complete: boolean): Verdict {
  if (found.some(({ by: { high } }) => high !== null && high < 0)) return 'does not hold';
  if (complete && found.length > 0 && found.every(({ by: { low } }) => low !== null && low > 0))
    return 'holds';
  return 'not decidable';
}

export function claimTable(claims: readonly Claim[]): string {
  if (claims.length === 0) return '';
  const rows = claims.map(
    ({ text, where, verdict, numbers }) => `| ${text} | ${where} | **${verdict}** | ${numbers} |`,
  );
  return [`${intervalsText}\n`, '| the paper says | where | here it | points of AUROC |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}
