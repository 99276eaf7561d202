import { counted, datasetName } from '../words.ts';
import type { PaperPage } from './pages.ts';
import { percent } from './share.ts';
import type { WrittenPage } from './table-page.ts';

/** Pages that are not a table of the paper, for the index. */
export interface FurtherPage {
  readonly folder: string;
  readonly text: string;
}

/** `results/README.md`: headline numbers, shares, and where everything is. */
export function indexPage(
  pages: readonly { readonly page: PaperPage; readonly written: WrittenPage }[],
  further: readonly FurtherPage[],
  date: string,
): string {
  const rows = pages.flatMap(({ page, written }) => {
    const link = `[${page.heading}](${page.experiment})`;
    if (written.shares.length === 0) {
      const trials = written.trials > 0 ? counted(written.trials, 'trial') : 'not run';
      return [`| ${link} | – | – | – | ${trials} | – |`];
    }
    return written.shares.map(({ table, budget, filled, cells, done, trials }, i) => {
      const comparison = written.comparisons.find(
        (one) =>
          one.budget === budget &&
          one.setting.dataset === table.dataset &&
          one.setting.shots === table.shots,
      );
      return `| ${i === 0 ? link : ''} | ${datasetName(table.dataset)}, ${table.shots}-shot | \`${budget}\` | ${percent(filled, cells)} | ${percent(done, trials)} | ${headline(comparison?.setting)} |`;
    });
  });
  return [
    '# Results',
    '',
    'What the experiments gave, beside the paper. Every table and figure comes from committed records of trials ([records](records)): `npm run results` writes the pages from the ' +
      'records, `npm run results:check` fails when they differ. `npm run results -- --from STORE` takes the trials of a store (`fsad run --store STORE`) into the records first. A record that was taken out comes back, with the same ' +
      'numbers, when its experiment runs again on the same kind of processor: trainings round as its instructions do, which the provenance names.',
    '',
    `Last trial: ${date}. Budgets: \`paper\` is the published schedule, \`reduced\` is \`fast\` and its kin, 500 test images; see [experiments](../experiments).`,
    '',
    '| table | setting | budget | cells filled | trials of the paper’s | AUROC of ours, % (paper, same classes) |',
    '| --- | --- | --- | ---: | ---: | --- |',
    ...rows,
    '',
    '| further | what |',
    '| --- | --- |',
    ...further.map(({ folder, text }) => `| [${folder}](${folder}) | ${text} |`),
    '',
  ].join('\n');
}

function headline(setting: WrittenPage['comparisons'][number]['setting'] | undefined): string {
  const own = setting?.rows.filter(({ detector, variant }) => detector === 'htdg' && /^(full|ours\d)$/.test(variant));
  if (!own || own.length === 0) {
    return setting?.rows.some(({ detector }) => detector === 'htdg') ? 'ablations alone' : 'baselines alone';
  }
  return own
    .map(({ label, measured, published, classes, trials }) => {
      const paper = published ? ` (${published.mean.toFixed(1)})` : '';
      return `${label} ${measured.mean.toFixed(1)}${paper}, ${classes} ${classes === 1 ? 'class' : 'classes'}, ${counted(trials, 'trial')}`;
    })
    .join('; ');
}
