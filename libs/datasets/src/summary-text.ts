import { printable } from '@fsad/files';
import type { DatasetSource } from './fetch/sources.ts';
import type { ClassSummary, DatasetSummary } from './summary.ts';

/** What an opened dataset holds, for a reader. @param source where it comes from, if it can be fetched. */
export function summaryText(summary: DatasetSummary, source?: DatasetSource): string {
  const { title, licence, commercialUse } = source ?? {};
  const columns: [string, (of: ClassSummary) => string | number][] = [
    ['class', ({ name }) => name],
    ['training', ({ training }) => training],
    ['drawable', ({ drawable }) => drawable],
    ['test normal', ({ normalTest }) => normalTest],
    ['test anomalous', ({ anomalousTest }) => anomalousTest],
    ['masks', ({ masks }) => masks],
    ['validation', ({ validation }) => validation ?? '-'],
  ];
  const rows = [
    columns.map(([name]) => name),
    ...summary.classes.map((of) => columns.map(([, cell]) => String(cell(of)))),
  ];
  const widths = columns.map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  const table = rows.map((row) =>
    row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  '),
  );
  const options = Object.entries(summary.options).map(([key, value]) => `${key}=${value}`);
  return [
    ...(title ? [title] : []),
    ...(licence ? [`licence: ${licence}${commercialUse === 'forbidden' ? ' (no commercial use)' : ''}`] : []),
    `${summary.images.toLocaleString('en')} pictures, ${summary.colour}${options.length > 0 ? `, ${options.join(', ')}` : ''}`,
    ...summary.warnings.map((warning) => `warning: ${warning}`),
    '',
    ...table,
    ...summary.classes.flatMap(({ name, notes }) => notes.map((note) => printable(`${name}: ${note}`))),
    '',
  ].join('\n');
}
