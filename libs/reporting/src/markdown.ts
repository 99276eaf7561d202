import type { ExperimentPage } from './experiment-page.ts';
import {
  averageTable,
  classTable,
  comparisonTable,
  markdownTable,
  readingTables,
} from './experiment-tables.ts';
import { settingName } from './words.ts';

/** The tables and figures of an experiment as one Markdown file. */
export function experimentMarkdown(page: Omit<ExperimentPage, 'examples' | 'complaints' | 'curves'>): string {
  const { trials, comparisons, methods, figures, differences } = page;
  const parts = [`# ${trials.experiment}, budget ${trials.budget}\n`, `${readingTables}\n`];
  if (differences.length > 0) {
    const rows = differences.map(({ what, here, paper }) => [what, here, paper]);
    const table = { head: ['what', 'here', 'the paper'], textColumns: 3, rows, notes: [] };
    parts.push('## What differs from the paper\n', markdownTable(table));
  }
  for (const comparison of comparisons) {
    parts.push(`## ${settingName(comparison)}\n`);
    if (comparison.rows.length === 0) parts.push('No trial of this setting finished well.\n');
    else parts.push(markdownTable(averageTable(comparison)), markdownTable(classTable(comparison)));
  }
  const compared = methods.filter(({ pairs }) => pairs.length > 0);
  if (compared.length > 0) parts.push('## Methods compared over the same splits\n');
  for (const { setting, pairs } of compared) {
    parts.push(`### ${settingName(setting)}\n`, markdownTable(comparisonTable(pairs)));
  }
  for (const { name, title, caption } of figures) {
    parts.push(`## ${title}\n`, `![${title}](figures/${name}.svg)\n`, `${caption}\n`);
  }
  return parts.join('\n');
}
