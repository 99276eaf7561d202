import { collectExperiments, type ExperimentTrials } from '../collect.ts';
import { compareSetting, type SettingComparison } from '../compare.ts';
import { planFigures } from '../experiment-figures.ts';
import { averageTable, classTable, markdownTable, readingTables } from '../experiment-tables.ts';
import { drawFigure, figurePng } from '../figure.ts';
import { counted, settingName } from '../words.ts';
import { claimTable, nothingRun } from './claims.ts';
import type { PublishedTable } from '../published.ts';
import type { BenchRow } from './bench-page.ts';
import { costTable, publishedCost } from './cost.ts';
import { patchTable } from './patch-table.ts';
import { pointsOf, type Point } from './measured.ts';
import { provenanceText } from './provenance-text.ts';
import { publishedTables, type PaperPage } from './pages.ts';
import { rankOrder, rankText } from './ranks.ts';
import { summariesOf, type TrialRecord } from './record.ts';
import { percent, sharesOf, type Share } from './share.ts';

/** A page with its figures: file name to content; and what the index says of it. */
export interface WrittenPage {
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  readonly shares: readonly Share[];
  readonly trials: number;
  readonly comparisons: readonly { readonly budget: string; readonly setting: SettingComparison }[];
}

/**
 * The page of a table or figure of the paper: ours beside the paper's, order, claims, share, cost, and where the numbers come from.
 * @param reading what a person made of it, Markdown; null where nobody has
 * @param bench what an iteration of the published training takes
 */
export async function tablePage(
  page: PaperPage,
  records: readonly TrialRecord[],
  reading: string | null,
  bench: readonly BenchRow[] = [],
): Promise<WrittenPage> {
  const points = pointsOf(records, page.experiment);
  const tables = publishedTables(page);
  const shares = sharesOf(tables, points);
  const experiments = await collected(page.experiment, records);
  const files = new Map<string, string | Uint8Array>();
  const comparisons: { budget: string; setting: SettingComparison }[] = [];
  const parts = [
    `# ${page.heading}\n`,
    `${page.about}\n`,
    `\`\`\`\n${page.command}\nnpm run results -- --from STORE    # takes the trials of a store into results/records and writes these pages again\n\`\`\`\n`,
    '## How much of it is filled\n',
    tables.length > 0 ? shareTable(page, shares) : withoutTable(points),
  ];
  if (reading) parts.push('## Reading\n', `${reading.trim()}\n`);
  for (const trials of experiments) {
    const claims = page.claims(points, trials.budget).filter(({ numbers }) => numbers !== nothingRun);
    if (claims.length === 0) continue;
    parts.push(`## What the paper says in words, budget \`${trials.budget}\`\n`, claimTable(claims));
  }
  if (experiments.length > 0) parts.push(`## Numbers\n\n${readingTables}\n`);
  for (const trials of experiments) {
    const { text, drawn, settings } = await budgetSection(page, trials, points);
    parts.push(text);
    for (const [name, content] of drawn) files.set(name, content);
    comparisons.push(...settings.map((setting) => ({ budget: trials.budget, setting })));
  }
  const cost = costTable(tables, points);
  const published = coloursOf(tables).flatMap((colour) => publishedCost(bench, colour) ?? []);
  if (cost || published.length > 0) {
    const spread = `\`${page.command.split(' --budget')[0]} --budget paper\` with \`--slurm job.sh\` or \`--queue redis://host:6379\` spreads the whole of it over machines.`;
    parts.push('## What it costs\n', cost, ...published.map((text) => `${text}\n`), `${spread}\n`);
  }
  if (points.length > 0) parts.push('## Where the numbers come from\n', provenanceText(points));
  files.set('README.md', parts.join('\n'));
  return { files, shares, trials: points.length, comparisons };
}

async function collected(experiment: string, records: readonly TrialRecord[]): Promise<ExperimentTrials[]> {
  async function* summaries() {
    for (const record of records) {
      for (const summary of summariesOf(record)) if (summary.cell.experiment === experiment) yield summary;
    }
  }
  const all = await collectExperiments(summaries());
  return all.filter(({ budget }) => budget !== 'smoke');
}

/** Colours of the datasets that the published code trains in few iterations; its program for defects has a schedule of its own. */
function coloursOf(tables: readonly PublishedTable[]): ('rgb' | 'grey')[] {
  const names = new Set(tables.map(({ dataset }) => dataset));
  return [
    ...(names.has('cifar10') ? (['rgb'] as const) : []),
    ...(names.has('mnist') ? (['grey'] as const) : []),
  ];
}

function withoutTable(points: readonly Point[]): string {
  const classes = [...new Set(points.map(({ cell }) => cell.class))].sort();
  return points.length === 0
    ? 'Nothing yet: no trial was run.\n'
    : `The paper has no table to fill; ${counted(points.length, 'trial')}: ${classes.join(', ')}.\n`;
}

function shareTable(page: PaperPage, shares: readonly Share[]): string {
  if (shares.length === 0) return 'Nothing yet: no trial of this table was run.\n';
  const rows = shares.map(
    ({ table, budget, filled, cells, done, trials }) =>
      `| ${settingName(table)} | \`${budget}\` | ${filled} of ${cells} (${percent(filled, cells)}) | ${done} of ${trials} (${percent(done, trials)}) |`,
  );
  const all = publishedTables(page);
  const empty = all.filter((table) => !shares.some((one) => one.table === table)).map(settingName);
  return [
    '| setting | budget | cells with a trial | of the paper’s ten trials a cell |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    ...(empty.length > 0 ? [`Not run: ${empty.join('; ')}.`, ''] : []),
  ].join('\n');
}

async function budgetSection(page: PaperPage, trials: ExperimentTrials, points: readonly Point[]) {
  const settings = [...trials.settings.values()].sort(
    (a, b) => (a.dataset < b.dataset ? -1 : a.dataset > b.dataset ? 1 : 0) || a.shots - b.shots,
  );
  const comparisons = settings.map(compareSetting).filter(({ rows }) => rows.length > 0);
  const failed = [...trials.statuses].filter(([status]) => status !== 'ok');
  const drawn = new Map<string, Uint8Array>();
  const parts = [`### Budget \`${trials.budget}\`\n`];
  if (failed.length > 0) {
    parts.push(
      `Not in the tables: ${failed.map(([status, count]) => `${counted(count, 'trial')} ${status}`).join(', ')}.\n`,
    );
  }
  for (const { name, title, caption, panels } of planFigures(trials, comparisons)) {
    // Lines over shots are Figure 4; elsewhere most methods have one point.
    if (name === 'auroc-by-shots' && page.experiment !== 'shots-cifar10') continue;
    const file = `${name}-${trials.budget}.png`;
    const figure = await drawFigure(
      title,
      panels.map(({ draw }) => draw()),
      Math.min(3, panels.length),
    );
    drawn.set(file, await figurePng(figure));
    parts.push(`![${title}](${file})\n`, `_${caption}_\n`);
  }
  for (const comparison of comparisons) {
    parts.push(`#### ${settingName(comparison)}, \`${trials.budget}\`\n`);
    if (page.kind === 'patches') {
      const here = points.filter(
        ({ cell }) => cell.budget === trials.budget && cell.shots === comparison.shots,
      );
      parts.push(patchTable(here));
    } else {
      parts.push(markdownTable(averageTable(comparison)));
      const order = rankOrder(comparison);
      if (order) parts.push(rankText(order));
    }
    parts.push(markdownTable(classTable(comparison)));
  }
  return { text: parts.join('\n'), drawn, settings: comparisons };
}
