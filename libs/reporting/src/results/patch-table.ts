import { summarize } from '@fsad/metrics';
import { publishedTable } from '../published.ts';
import { plusMinus } from '../words.ts';
import type { Point } from './measured.ts';

/** AUROC by percentage of patches, one line a class, the paper's in brackets; all of one dataset and number of images. */
export function patchTable(points: readonly Point[]): string {
  if (points.length === 0) return '';
  const { dataset, shots } = points[0].cell;
  const paper = publishedTable('patches', dataset, shots);
  const fractions = [...new Set(points.flatMap((point) => Object.keys(point.fractions)))].sort(
    (a, b) => Number(a) - Number(b),
  );
  const classes = [...new Set(points.map(({ cell }) => cell.class))].sort();
  const rows = classes.map((name) => {
    const members = points.filter(({ cell }) => cell.class === name);
    const cells = fractions.map((fraction) => {
      const values = members.flatMap((point) =>
        point.fractions[fraction] === undefined ? [] : [100 * point.fractions[fraction]],
      );
      if (values.length === 0) return '–';
      const { mean, std } = summarize(values);
      const printed = paper?.value(`${100 * Number(fraction)}`, { class: name });
      return `${plusMinus(mean, std)}${printed ? ` (${plusMinus(printed.mean, printed.std)})` : ''}`;
    });
    return `| ${name} | ${members.length} | ${cells.join(' | ')} |`;
  });
  return [
    `| class | trials | ${fractions.map((fraction) => `${100 * Number(fraction)} %`).join(' | ')} |`,
    `| --- | ---: | ${fractions.map(() => '---:').join(' | ')} |`,
    ...rows,
    '',
  ].join('\n');
}
