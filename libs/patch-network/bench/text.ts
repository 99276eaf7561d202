import type { BenchResult, BenchRow } from './run.ts';

const COLUMNS: readonly [string, (row: BenchRow) => string][] = [
  ['what', ({ name }) => name],
  ['engine', ({ engine }) => engine],
  ['seconds', ({ seconds }) => seconds.toPrecision(3)],
  ['GFLOP/s', ({ gflops }) => gflops.toFixed(0)],
  ['of peak', ({ shareOfPeak }) => (shareOfPeak === null ? '-' : `${(100 * shareOfPeak).toFixed(0)} %`)],
  ['x PyTorch', ({ ratioToPyTorch }) => ratioToPyTorch?.toFixed(2) ?? '-'],
  ['least-most', ({ ratioSpread }) => ratioSpread?.map((ratio) => ratio.toFixed(2)).join('-') ?? '-'],
  ['channels last', ({ ratioToChannelsLast }) => ratioToChannelsLast?.toFixed(2) ?? '-'],
  ['MiB', ({ memory }) => (memory / 2 ** 20).toFixed(0)],
];

/** A bench as a table, with what its columns mean. */
export function benchText({ rows, peak, torch }: BenchResult): string {
  const cells = [COLUMNS.map(([title]) => title), ...rows.map((row) => COLUMNS.map(([, cell]) => cell(row)))];
  const widths = COLUMNS.map((_, i) => Math.max(...cells.map((line) => line[i].length)));
  const table = cells.map((line) =>
    line.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  );
  const peaks = Object.entries(peak).map(([name, value]) => `${value.toFixed(0)} (${name})`);
  return [
    ...table,
    '',
    `peak: GFLOP/s of a plain convolution loop on one thread: ${peaks.join(', ') || 'not measured'}`,
    torch === null
      ? 'PyTorch: not found; FSAD_PYTHON names a Python that has it, else .venv/bin/python is tried'
      : `PyTorch ${torch}, taking turns with each step, equal threads`,
    'GFLOP/s count separate copies and direct convolution, so that shared canvases and Winograd’s form show as speed.',
    '',
  ].join('\n');
}
