import type { Argv, CommandModule } from 'yargs';
import {
  openDataset,
  SOURCES,
  summarise,
  type ClassSummary,
  type DatasetSummary,
  type DownloadableName,
} from '@fsad/datasets';
import { printable } from '@fsad/files';
import { named, withNamed } from './named.ts';

function builder(argv: Argv) {
  return withNamed(argv)
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
    .example('$0 datasets info mvtec --data my/mvtec --json', 'classes, counts, masks, what is missing');
}

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** `fsad datasets info`: what a copy holds. */
export const info: CommandModule<object, Arguments> = {
  command: 'info [dataset]',
  describe: 'Show the classes and counts of a dataset, and what is missing in this copy',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(argv) {
    const { name, path, options } = named(argv);
    const dataset = await openDataset(name, { path, options });
    try {
      const summary = summarise(dataset);
      const { title, licence, commercialUse, reference } = SOURCES[name as DownloadableName] ?? {};
      if (argv.json) {
        const all = { ...summary, path, title, licence, commercialUse, reference };
        process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
      } else process.stdout.write(describe(summary, title, licence, commercialUse === 'forbidden'));
    } finally {
      await dataset.close();
    }
  },
};

function describe(
  summary: DatasetSummary,
  title: string | undefined,
  licence: string | undefined,
  forbidden: boolean,
): string {
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
    ...(licence ? [`licence: ${licence}${forbidden ? ' (no commercial use)' : ''}`] : []),
    `${summary.images.toLocaleString('en')} pictures, ${summary.colour}${options.length > 0 ? `, ${options.join(', ')}` : ''}`,
    ...summary.warnings.map((warning) => `warning: ${warning}`),
    '',
    ...table,
    ...summary.classes.flatMap(({ name, notes }) => notes.map((note) => printable(`${name}: ${note}`))),
    '',
  ].join('\n');
}
