import { groupBy } from '../comparison-table.ts';
import { datasetName } from '../words.ts';
import type { Point } from './measured.ts';

/** Data, test images, engines, commits and dates of trials, and what was missing in the data: what a reader must know before comparing. */
export function provenanceText(points: readonly Point[]): string {
  const lines = [
    `- Test images: ${byDataset(points, ({ record: { test } }) =>
      test.images === test.available
        ? `all ${test.available.toLocaleString('en')}`
        : `${test.images.toLocaleString('en')} of ${test.available.toLocaleString('en')}, stratified`,
    )}.`,
    `- Engines: ${listed(points, ({ record }) => record.provenance.engine)}; ${listed(points, ({ record }) => record.provenance.cpu)}; one thread.`,
    `- Commits: ${listed(points, ({ record }) => record.provenance.commit?.slice(0, 7) ?? 'unknown')}; ${days(points)}.`,
  ];
  const missing = byDataset(
    points.filter(({ record }) => record.warnings.length > 0),
    ({ record }) => record.warnings.join(', '),
  );
  if (missing) {
    lines.push(
      `- **Deviation**: the data were not complete (${missing}), so that training images are drawn from fewer than the paper's.`,
    );
  }
  const mixed = [...groupBy(points, ({ cell }) => cell.detector)].flatMap(([detector, members]) => {
    const versions = [...new Set(members.map(({ record }) => record.inputs.numericVersion))].sort((a, b) => a - b);
    return versions.length > 1 ? [`${detector} ${versions.join(' and ')}`] : [];
  });
  if (mixed.length > 0) {
    lines.push(
      `- **Deviation**: trials of different versions of a method stand side by side (${mixed.join('; ')}), which score differently.`,
    );
  }
  lines.push('- Every trial: [records](../records), one line each.');
  return `${lines.join('\n')}\n`;
}

function listed(points: readonly Point[], of: (point: Point) => string): string {
  return [...new Set(points.map(of))].sort().join(', ');
}

function byDataset(points: readonly Point[], of: (point: Point) => string): string {
  const datasets = [...new Set(points.map(({ cell }) => cell.dataset))].sort();
  return datasets
    .map((name) => {
      const members = points.filter(({ cell }) => cell.dataset === name);
      const texts = [...new Set(members.map(of))].sort();
      return `${datasetName(name)}: ${texts.length > 4 ? `${texts.slice(0, 4).join('; ')}; …` : texts.join('; ')}`;
    })
    .join('. ');
}

function days(points: readonly Point[]): string {
  const dates = points.map(({ record }) => record.provenance.finishedAt.slice(0, 10)).sort();
  const [first, last] = [dates[0], dates[dates.length - 1]];
  return first === last ? first : `${first} to ${last}`;
}
