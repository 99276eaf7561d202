import { leastTrials, type PairedDifference } from '@fsad/metrics';
import type { TrialSummary } from '@fsad/runner';
import type { MethodComparison } from './compare-methods.ts';
import type { SettingComparison } from './compare.ts';
import { fromTo, plusMinus, pValue, signed, signedGap } from './words.ts';

/** A table as text, shared by Markdown and the page. Columns after the first `textColumns` hold numbers; a second line of a cell says less. */
export interface TextTable {
  readonly head: readonly string[];
  readonly textColumns: number;
  readonly rows: readonly (readonly string[])[];
  /** What a reader must know to read it, and doubtful values. */
  readonly notes: readonly string[];
}

/** How to read the tables, once a page. */
export const readingTables =
  'AUROC in percent. Average: mean over classes of the means over trials. The standard deviation beside it is the mean of the classes’ ' +
  'sample standard deviations (n − 1), as in the paper; the 95 % interval is Student’s t over new trials of the same ' +
  'classes (Welch). Differences take the paper’s ten trials a class into account. By class: mean ± sample standard ' +
  'deviation (n − 1) over trials; in brackets the paper’s value and the difference from it; ? marks a printed value ' +
  'that is doubtful. The paper’s averages are those of its printed cells and may differ by a tenth from the ones it prints. With fewer than three trials a class the trials’ own values stand there, parted by commas: no deviation, ' +
  'interval, difference or test.';

/** Averages over classes: one row a method. */
export function averageTable({ paper, rows, classes }: SettingComparison): TextTable {
  const partial = paper !== null && classes.length < paper.classes.length;
  const notes: string[] = [];
  const mark = (texts: readonly string[]): string =>
    texts.length === 0 ? '' : ` [${texts.map((text) => notes.push(text)).join(', ')}]`;
  const body = rows.map((row) => {
    const { measured, published, printed } = row;
    const doubts = mark([
      ...row.notes,
      ...(printed?.note && !partial
        ? [`printed average ${plusMinus(printed.mean, printed.std)}: ${printed.note}`]
        : []),
    ]);
    return [
      row.label,
      plusMinus(measured.mean, measured.meanOfStds, row.trialAverages),
      published ? plusMinus(published.mean, published.meanOfStds) + doubts : '–',
      signedGap(row.difference),
      fromTo(row.interval),
      row.stdOfTrialAverages === null ? '–' : row.stdOfTrialAverages.toFixed(1),
      `${row.classes}`,
      row.failed > 0 ? `${row.trials} (${row.failed} failed)` : `${row.trials}`,
      ...(rows.some((one) => one.pixel)
        ? [row.pixel ? row.pixel.auroc.toFixed(1) : '–', row.pixel ? row.pixel.pro.toFixed(1) : '–']
        : []),
    ];
  });
  return {
    head: [
      'method',
      'AUROC, % (± mean of class stds)',
      paper ? `paper (${paper.source}${partial ? ', same classes' : ''})` : 'paper',
      'difference (95 % interval)',
      '95 % interval of the AUROC',
      'std of the trials’ averages (n − 1)',
      'classes',
      'trials',
      ...(rows.some((row) => row.pixel) ? ['pixel AUROC, %', 'PRO, %'] : []),
    ],
    textColumns: 1,
    rows: body,
    notes: notes.map((note, i) => `[${i + 1}] ${note}.`),
  };
}

/** One row a class, one column a method: mean ± std (n - 1) over trials, the paper's in brackets, and the difference. */
export function classTable({ classes, rows }: SettingComparison): TextTable {
  return {
    head: ['class', ...rows.map((row) => row.label)],
    textColumns: 1,
    rows: classes.map((className) => [
      className,
      ...rows.map((row) => {
        const cell = row.cells.get(className);
        if (!cell) return '–';
        const { count, mean, std } = cell.measured;
        const measured = plusMinus(mean, count < leastTrials ? null : std, cell.trials);
        if (!cell.published) return measured;
        const doubtful = cell.published.note ? '?' : '';
        const gap = cell.difference ? `, ${signed(cell.difference.mean)}` : '';
        return `${measured}\n(${plusMinus(cell.published.mean, cell.published.std)}${doubtful}${gap})`;
      }),
    ]),
    notes: [],
  };
}

/** One row a compared method. */
export function comparisonTable(comparisons: readonly MethodComparison[]): TextTable {
  const has = (over: PairedDifference['over']): boolean =>
    comparisons.some(({ paired }) => paired.over === over);
  return {
    head: ['comparison', 'pairs', 'mean difference (95 % interval)', 'Wilcoxon p', 'p after Holm'],
    textColumns: 1,
    rows: comparisons.map(({ first, second, paired, wilcoxon, adjustedP, unpaired }) => [
      `${first} − ${second}`,
      unpaired > 0 ? `${paired.pairs} (${unpaired} trials without partner)` : `${paired.pairs}`,
      pairedGap(paired),
      pValue(wilcoxon.p),
      pValue(adjustedP),
    ]),
    notes: [
      'Points of AUROC over the same splits. The interval is Student’s t over new trials of the same classes (Welch)' +
        (has('strata')
          ? '; where it is marked *, a class has fewer than three pairs, and it is over other classes like these, one mean a class'
          : '') +
        (has('pairs') ? '; where it is marked †, over the pairs of both classes together' : '') +
        '. The test is Wilcoxon’s signed-rank test over all (class, trial) pairs, two-sided. Methods with fewer than three common splits are not compared.',
    ],
  };
}

/** What an interval is marked with that is not over new trials. */
const marks = { trials: '', strata: ' *', pairs: ' †' } as const;

function pairedGap({ mean, interval, over }: PairedDifference): string {
  if (!interval) return signed(mean);
  return `${signed(mean)} (${signed(interval.low)} to ${signed(interval.high)})${marks[over]}`;
}

/** A table as GitHub Markdown. */
export function markdownTable({ head, textColumns, rows, notes }: TextTable): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  const rule = line(head.map((_, i) => (i < textColumns ? '---' : '---:')));
  const below = notes.map((note) => `\n${note}\n`).join('');
  return `${[line(head), rule, ...rows.map(line)].join('\n')}\n${below}`;
}

/** Columns of the CSV of trials. */
export const trialColumns = [
  'experiment',
  'budget',
  'dataset',
  'class',
  'shots',
  'trial',
  'detector',
  'variant',
  'status',
  'auroc',
  'auroc_low',
  'auroc_high',
  'per_scale',
  'fractions',
  'pixel_auroc',
  'pro',
  'seconds_fit',
  'seconds_score',
  'engine',
  'finished_at',
  'split',
  'key',
  'failure',
] as const;

/** A trial as a row of the CSV; AUROCs in [0, 1] as stored, lists as JSON. */
export function trialRow(summary: TrialSummary): (string | number)[] {
  const { cell, metrics, failure } = summary;
  return [
    cell.experiment,
    cell.budget,
    cell.dataset,
    cell.class,
    cell.shots,
    cell.trial,
    cell.detector,
    cell.variant,
    summary.status,
    metrics?.auroc ?? '',
    metrics?.aurocInterval[0] ?? '',
    metrics?.aurocInterval[1] ?? '',
    metrics?.perScale.length ? JSON.stringify(metrics.perScale) : '',
    metrics && Object.keys(metrics.fractions).length > 0 ? JSON.stringify(metrics.fractions) : '',
    metrics?.pixel?.auroc ?? '',
    metrics?.pixel?.pro ?? '',
    summary.seconds.fit,
    summary.seconds.score,
    summary.engine,
    summary.finishedAt,
    summary.split,
    summary.key,
    failure ? `${failure.message}${failure.step ? ` (at ${failure.step})` : ''}` : '',
  ];
}
