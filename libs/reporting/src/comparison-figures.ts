import type { Panel } from './figure.ts';
import { colours, seriesColours } from './theme.ts';

/** A mean with its spread, in percent; `std` null where there is none. */
export interface PlottedValue {
  readonly mean: number;
  readonly std: number | null;
}

/** One method in a bar panel: what was measured here, what the paper printed, or both. */
export interface BarEntry {
  readonly label: string;
  readonly measured: PlottedValue | null;
  readonly published: PlottedValue | null;
}

/** Horizontal bars of AUROC with standard deviations (Fig. 2 and 5); the paper's value as a diamond on the same line. */
export function aurocBarPanel(title: string, entries: readonly BarEntry[], width = 230): Panel {
  const order = entries.map((entry) => entry.label);
  const values = entries.flatMap(({ label, measured, published }) => [
    ...(measured ? [{ label, source: 'measured', ...spread(measured) }] : []),
    ...(published ? [{ label, source: 'paper', ...spread(published) }] : []),
  ]);
  const y = {
    field: 'label',
    type: 'nominal',
    sort: order,
    title: null,
    axis: { labelColor: colours.ink, labelPadding: 6, labelLimit: 240, ticks: false, domain: false },
  };
  const x = {
    field: 'mean',
    type: 'quantitative',
    title: 'AUROC, %',
    scale: { domain: [0, 100] },
    axis: { values: [0, 25, 50, 75, 100] },
  };
  const only = (source: string): Record<string, unknown>[] => [
    { filter: { field: 'source', equal: source } },
  ];
  const color = {
    field: 'source',
    type: 'nominal',
    scale: { domain: ['measured', 'paper'], range: [colours.normal, colours.anomalous] },
    legend: {
      title: null,
      orient: 'bottom',
      direction: 'horizontal',
      symbolType: 'square',
      symbolOpacity: 1,
    },
  };
  const range = { x: { ...x, field: 'low' }, x2: { field: 'high' }, y };
  return {
    title,
    width,
    height: { step: 24 },
    data: { values },
    layer: [
      {
        mark: { type: 'rule', color: colours.faded, strokeDash: [3, 3] },
        data: { values: [{ mean: 50 }] },
        encoding: { x },
      },
      {
        transform: only('measured'),
        mark: { type: 'bar', height: 13, opacity: 0.75 },
        encoding: { x, y, color },
      },
      {
        transform: only('measured'),
        mark: { type: 'rule', color: colours.ink, strokeWidth: 1.4 },
        encoding: range,
      },
      {
        transform: only('paper'),
        mark: { type: 'rule', color: colours.anomalous, strokeWidth: 1.2, yOffset: 8 },
        encoding: range,
      },
      {
        transform: only('paper'),
        mark: {
          type: 'point',
          shape: 'diamond',
          filled: true,
          size: 46,
          opacity: 1,
          yOffset: 8,
        },
        encoding: { x, y, color },
      },
    ],
  };
}

/** One line of a line panel. */
export interface LineSeries {
  readonly label: string;
  readonly source: 'measured' | 'paper';
  readonly points: readonly ({ readonly x: number } & PlottedValue)[];
}

/**
 * AUROC over a quantity such as shots or the fraction of patches (Fig. 4 and 7): one colour a label, measured values as
 * solid lines with a band of one standard deviation, the paper's dashed with hollow points.
 */
export function aurocLinePanel(
  title: string,
  across: { readonly title: string; readonly ticks: readonly number[] },
  series: readonly LineSeries[],
  size = { width: 300, height: 220 },
): Panel {
  const labels = [...new Set(series.map((one) => one.label))];
  const values = series.flatMap(({ label, source, points }) =>
    points.map(({ x, ...value }) => ({ label, source, x, ...spread(value) })),
  );
  const x = {
    field: 'x',
    type: 'quantitative',
    title: across.title,
    scale: { type: 'log', nice: false },
    axis: { values: across.ticks, grid: false, format: '~g' },
  };
  const y = {
    field: 'mean',
    type: 'quantitative',
    title: 'AUROC, %',
    scale: { zero: false, padding: 6 },
    axis: { tickCount: 6 },
  };
  const color = {
    field: 'label',
    type: 'nominal',
    scale: { domain: labels, range: labels.map((_, i) => seriesColours[i % seriesColours.length]) },
    legend:
      labels.length > 1
        ? {
            title: null,
            orient: 'bottom',
            direction: 'horizontal',
            columns: 3,
            symbolOpacity: 1,
            symbolType: 'stroke',
          }
        : null,
  };
  const only = (source: string): Record<string, unknown>[] => [
    { filter: { field: 'source', equal: source } },
  ];
  return {
    title,
    ...size,
    data: { values },
    layer: [
      {
        transform: only('measured'),
        mark: { type: 'area', opacity: 0.13 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
      },
      {
        transform: only('paper'),
        mark: { type: 'line', strokeDash: [4, 3], strokeWidth: 1.2 },
        encoding: { x, y, color },
      },
      {
        transform: only('paper'),
        mark: { type: 'point', filled: false, size: 26, strokeWidth: 1.2 },
        encoding: { x, y, color },
      },
      { transform: only('measured'), mark: { type: 'line', strokeWidth: 2.2 }, encoding: { x, y, color } },
      {
        transform: only('measured'),
        mark: { type: 'point', filled: true, size: 34, opacity: 1 },
        encoding: { x, y, color },
      },
    ],
  };
}

function spread({ mean, std }: PlottedValue): { mean: number; low: number; high: number } {
  return { mean, low: mean - (std ?? 0), high: mean + (std ?? 0) };
}
