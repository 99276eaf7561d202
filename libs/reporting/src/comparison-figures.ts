import type { Panel } from './figure.ts';
import { colours, seriesColours } from './theme.ts';

/** A mean with its spread, in percent. */
export interface PlottedValue {
  readonly mean: number;
  /** Null where there is none. */
  readonly std: number | null;
  /** What is drawn instead of a spread that fewer than three trials do not have: the trials themselves. */
  readonly trials?: readonly number[];
}

/** One method in a bar panel: what was measured here, what the paper printed, or both. */
export interface BarEntry {
  readonly label: string;
  readonly measured: PlottedValue | null;
  readonly published: PlottedValue | null;
}

const barHeight = 18;
/** Measured and published spreads lie on the same bar, one above the other. */
const besides = { measured: -4, paper: 4 } as const;

/** Horizontal bars of AUROC with standard deviations (Fig. 2 and 5), or the trials as points; the paper's value as a diamond on the bar. */
export function aurocBarPanel(title: string, entries: readonly BarEntry[], width = 230): Panel {
  const order = entries.map((entry) => entry.label);
  const values = entries.flatMap(({ label, measured, published }) => [
    ...(measured ? [{ label, source: 'measured', ...spread(measured) }] : []),
    ...(published ? [{ label, source: 'paper', ...spread(published) }] : []),
  ]);
  const points = entries.flatMap(({ label, measured }) =>
    measured?.std === null ? (measured.trials ?? []).map((mean) => ({ label, mean })) : [],
  );
  const y = {
    field: 'label',
    type: 'nominal',
    sort: order,
    scale: { domain: order },
    title: null,
    axis: { labelColor: colours.ink, labelPadding: 6, labelLimit: 260, ticks: false, domain: false },
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
    height: 28 * order.length,
    data: { values },
    layer: [
      {
        mark: { type: 'rule', color: colours.faded, strokeDash: [3, 3] },
        data: { values: [{ mean: 50 }] },
        encoding: { x },
      },
      {
        transform: only('measured'),
        mark: { type: 'bar', height: barHeight, opacity: 0.55 },
        encoding: { x, y, color },
      },
      {
        transform: only('measured'),
        mark: { type: 'rule', color: colours.ink, strokeWidth: 1.4, yOffset: besides.measured },
        encoding: range,
      },
      {
        data: { values: points },
        mark: {
          type: 'point',
          filled: true,
          size: 26,
          opacity: 1,
          color: colours.ink,
          yOffset: besides.measured,
        },
        encoding: { x, y },
      },
      {
        transform: only('paper'),
        mark: { type: 'rule', color: colours.anomalous, strokeWidth: 1.4, yOffset: besides.paper },
        encoding: range,
      },
      {
        transform: only('paper'),
        mark: {
          type: 'point',
          shape: 'diamond',
          filled: true,
          size: 64,
          opacity: 1,
          yOffset: besides.paper,
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

/** How a line panel is drawn. */
export interface LineLayout {
  readonly width?: number;
  readonly height?: number;
  /** Range of the AUROC axis, shared by the panels of a figure; see {@link sharedDomain}. */
  readonly domain?: readonly [number, number];
  /** Labels of all panels of a figure, so that a label has one colour in all of them; those of the panel unless given. */
  readonly labels?: readonly string[];
}

/** The labels of some series, each once. */
export function labelsOf(series: readonly LineSeries[]): string[] {
  return [...new Set(series.map((one) => one.label))];
}

/**
 * AUROC over a quantity such as shots or the fraction of patches (Fig. 4 and 7): one colour a label, measured values as
 * solid lines with a band of one standard deviation, or the trials as points; the paper's dashed with hollow points.
 */
export function aurocLinePanel(
  title: string,
  across: { readonly title: string; readonly ticks: readonly number[] },
  series: readonly LineSeries[],
  { width = 300, height = 240, domain = sharedDomain(series), labels = labelsOf(series) }: LineLayout = {},
): Panel {
  const values = series.flatMap(({ label, source, points }) =>
    points.map(({ x, ...value }) => ({ label, source, x, ...spread(value) })),
  );
  const trials = series.flatMap(({ label, source, points }) =>
    points.flatMap(({ x, std, trials = [] }) =>
      source === 'measured' && std === null ? trials.map((mean) => ({ label, x, mean })) : [],
    ),
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
    scale: { domain, nice: false, zero: false },
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
            columns: width > 500 ? 6 : 3,
            symbolOpacity: 1,
            symbolType: 'stroke',
          }
        : null,
  };
  const only = (source: string): Record<string, unknown>[] => [
    { filter: { field: 'source', equal: source } },
  ];
  const banded = values.filter(({ source, low, high }) => source === 'measured' && high > low);
  // An area of one point has no width.
  const alone = banded.filter(({ label }) => banded.filter((other) => other.label === label).length === 1);
  return {
    title,
    width,
    height,
    data: { values },
    layer: [
      {
        data: { values: banded },
        mark: { type: 'area', opacity: 0.13 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
      },
      {
        data: { values: alone },
        mark: { type: 'rule', strokeWidth: 1.2 },
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
      {
        data: { values: trials },
        mark: { type: 'point', filled: true, size: 14, opacity: 0.8 },
        encoding: { x, y, color },
      },
    ],
  };
}

/** A range of AUROC, in percent, that holds every mean, spread and trial of some series, ends at multiples of five within 0 and 100. */
export function sharedDomain(series: readonly LineSeries[]): [number, number] {
  const ends = series.flatMap(({ points }) =>
    points.flatMap((point) => {
      const { low, high } = spread(point);
      return [low, high, ...(point.trials ?? [])];
    }),
  );
  const low = ends.reduce((least, value) => Math.min(least, value), 100);
  const high = ends.reduce((most, value) => Math.max(most, value), 0);
  return [Math.max(0, 5 * Math.floor(low / 5)), Math.min(100, 5 * Math.ceil(high / 5))];
}

/** One standard deviation to each side, within what an AUROC can be. */
function spread({ mean, std }: PlottedValue): { mean: number; low: number; high: number } {
  return { mean, low: Math.max(0, mean - (std ?? 0)), high: Math.min(100, mean + (std ?? 0)) };
}
