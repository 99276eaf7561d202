import type { AverageRow, SettingComparison } from '../compare.ts';
import { ablations } from '../paper-columns.ts';
import { counted, datasetName } from '../words.ts';
import type { WrittenPage } from './table-page.ts';

const begin = '<!-- results: written by npm run results -->';
const end = '<!-- results: end -->';

/** The README with the part between its two marks written anew from the pages; null where it has no such part. */
export function frontPage(readme: string, pages: ReadonlyMap<string, WrittenPage>): string | null {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) return null;
  return `${readme.slice(0, from)}${begin}\n\n${tables(pages)}\n${readme.slice(to)}`;
}

function tables(pages: ReadonlyMap<string, WrittenPage>): string {
  const parts: string[] = [];
  const datasets = settingsOf(pages.get('anomaly-detection')).filter(({ rows }) => full(rows));
  if (datasets.length > 0) {
    parts.push(
      'One training image, AUROC in percent, mean over the classes; in brackets the paper, over the same classes:\n',
      markdown(
        ['', ...datasets.map(({ dataset }) => datasetName(dataset))],
        [
          ['HTDG', ...datasets.map(({ rows }) => cell(full(rows)))],
          ['pixel distance', ...datasets.map(({ rows }) => floorCell(rows))],
          ['classes, trials', ...datasets.map(({ rows }) => extent(full(rows)))],
        ],
      ),
    );
  }
  const [ablation] = settingsOf(pages.get('ablation-table-1'));
  if (ablation) {
    parts.push(
      'Table 1, CIFAR10, one training image:\n',
      markdown(
        ['variant', 'ours', 'paper', 'classes, trials'],
        ablation.rows
          .filter(({ variant }) => variant === 'full' || variant in ablations)
          .map((row) => [
            row.variant === 'full' ? 'full' : row.label,
            row.measured.mean.toFixed(1),
            row.published?.mean.toFixed(1) ?? '–',
            extent(row),
          ]),
      ),
    );
  }
  return parts.join('\n');
}

/** One-shot settings at the reduced budget. */
function settingsOf(page: WrittenPage | undefined): SettingComparison[] {
  return (page?.comparisons ?? [])
    .filter(({ budget, setting }) => budget === 'reduced' && setting.shots === 1)
    .map(({ setting }) => setting);
}

function full(rows: readonly AverageRow[]): AverageRow | undefined {
  return rows.find(({ detector, variant }) => detector === 'htdg' && variant === 'full');
}

function floor({ detector }: AverageRow): boolean {
  return detector === 'pixel-mse';
}

function cell(row: AverageRow | undefined): string {
  if (!row) return '–';
  return row.measured.mean.toFixed(1) + (row.published ? ` (${row.published.mean.toFixed(1)})` : '');
}

/** Over other classes or trials than the method it is another mean, and says so. */
function floorCell(rows: readonly AverageRow[]): string {
  const [row, ours] = [rows.find(floor), full(rows)];
  if (!row || (row.classes === ours?.classes && row.trials === ours.trials)) return cell(row);
  return `${cell(row)}, ${row.classes} ${row.classes === 1 ? 'class' : 'classes'}, ${counted(row.trials, 'trial')}`;
}

function extent(row: AverageRow | undefined): string {
  return row ? `${row.classes}, ${row.trials}` : '–';
}

/** A table whose columns are padded as the formatter of the project wants them. */
function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((text, i) => Math.max(3, text.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, i) => text.padEnd(widths[i])).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return `${[line(head), rule, ...rows.map(line)].join('\n')}\n`;
}
