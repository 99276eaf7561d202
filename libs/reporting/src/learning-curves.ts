import type { Panel } from './figure.ts';
import { colours, scaleColours } from './theme.ts';

/** One loss of one scale over the iterations of that scale's training. */
export interface LossCurve {
  /** 0 is the coarsest; null for methods without scales. */
  readonly scale: number | null;
  /** What was measured, as the method calls it, e.g. `real`. */
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
  /** Which trial it is of, where curves of several are drawn together. */
  readonly trial?: number;
}

/** What HTDG's losses and those of the baselines mean. */
const titles: Readonly<Record<string, string>> = {
  real: 'discriminator loss, real patches',
  fake: 'discriminator loss, generated patches',
  adversarial: 'generator loss against the discriminator',
  reconstruction: 'generator loss of the reconstruction',
  'training/loss': 'training loss',
  'pretraining/loss': 'pretraining loss',
  'training/crossEntropy': 'training loss: cross-entropy',
  'training/triplet': 'training loss: triplet',
};

/** What a loss tells, in a few words. */
const meanings: Readonly<Record<string, string>> = {
  real: 'falls as copies of the picture are told apart',
  fake: 'falls as generated patches are found out',
  adversarial: 'falls as generated patches pass for real ones',
  reconstruction: 'distance of the rebuilt picture, weighted',
};

/** A loss in words. */
export function lossTitle(name: string): string {
  return titles[name] ?? name;
}

/** Points a curve is drawn with at most; longer ones are averaged over equal runs of steps. */
const drawnPoints = 240;

/** Sorts curves named `scale/2/discriminator` (any other name: no scale) into {@link LossCurve}s. */
export function lossCurves(
  curves: Readonly<Record<string, { readonly steps: readonly number[]; readonly values: readonly number[] }>>,
): LossCurve[] {
  return Object.entries(curves).map(([path, { steps, values }]) => {
    const scaled = /^scale\/(\d+)\/(.+)$/.exec(path);
    return { scale: scaled ? Number(scaled[1]) : null, name: scaled ? scaled[2] : path, steps, values };
  });
}

/** How panels of losses are drawn. */
export interface LossLayout {
  readonly width?: number;
  readonly height?: number;
  /** Above each panel; its loss in words when left out. */
  readonly title?: string;
  /** Whether it is said what each loss is called in `log.csv`, and what it tells. */
  readonly explained?: boolean;
  /** What the axes span, where panels are to be compared; see {@link lossRange}. */
  readonly range?: LossRange;
}

/** What the axes of comparable panels span. */
export interface LossRange {
  readonly steps: readonly [number, number];
  readonly losses: readonly [number, number];
}

/** One panel a loss, one line a scale (and trial), coarse scales dark and fine ones bright. */
export function lossPanels(curves: readonly LossCurve[], layout: LossLayout = {}): Panel[] {
  const { width = 270, height = 170, title, range, explained = false } = layout;
  const names = [...new Set(curves.map((curve) => curve.name))];
  const scales = [...new Set(curves.map((curve) => curve.scale ?? 0))].sort((a, b) => a - b);
  const shades = scales.map((_, i) => {
    const place = scales.length === 1 ? 0 : (i / (scales.length - 1)) * (scaleColours.length - 1);
    return scaleColours[Math.round(place)];
  });
  const several = new Set(curves.map(({ trial }) => trial)).size > 1;
  return names.map((name) => ({
    width,
    height,
    title: explained
      ? { text: lossTitle(name), subtitle: [`${name} in log.csv`, meanings[name] ?? ''] }
      : (title ?? lossTitle(name)),
    data: {
      values: curves
        .filter((curve) => curve.name === name)
        .flatMap((curve) =>
          thin(curve).map(([step, loss]) => ({
            step,
            loss,
            scale: (curve.scale ?? 0) + 1,
            trial: curve.trial ?? 0,
          })),
        ),
    },
    mark: { type: 'line', strokeWidth: several ? 1.1 : 1.6, opacity: several ? 0.8 : 1 },
    encoding: {
      x: {
        field: 'step',
        type: 'quantitative',
        title: 'iteration',
        axis: { tickCount: 4, grid: false, format: ',.0f' },
        scale: range ? { domain: range.steps, nice: false } : {},
      },
      y: {
        field: 'loss',
        type: 'quantitative',
        title: null,
        scale: { zero: false, ...(range ? { domain: range.losses, nice: true } : {}) },
        axis: { tickCount: 5 },
      },
      detail: { field: 'trial', type: 'nominal' },
      color: {
        field: 'scale',
        type: 'nominal',
        scale: { domain: scales.map((scale) => scale + 1), range: shades },
        legend:
          scales.length > 1
            ? {
                title: 'scale, 1 is the coarsest',
                orient: 'bottom',
                direction: 'horizontal',
                labelColor: colours.faded,
              }
            : null,
      },
    },
  }));
}

/** What axes must span to hold all of `curves`. */
export function lossRange(curves: readonly LossCurve[]): LossRange {
  const points = curves.flatMap(thin);
  const over = (pick: (point: [number, number]) => number): [number, number] => [
    points.reduce((least, point) => Math.min(least, pick(point)), Infinity),
    points.reduce((most, point) => Math.max(most, pick(point)), -Infinity),
  ];
  return { steps: over(([step]) => step), losses: over(([, loss]) => loss) };
}

/** Means over equal runs of points; points that are not finite are left out. */
function thin({ steps, values }: LossCurve): [number, number][] {
  const points = steps
    .map((step, i): [number, number] => [step, values[i]])
    .filter(([, value]) => Number.isFinite(value));
  const run = Math.ceil(points.length / drawnPoints);
  const thinned: [number, number][] = [];
  for (let start = 0; start < points.length; start += run) {
    const part = points.slice(start, start + run);
    thinned.push([part[part.length >> 1][0], part.reduce((sum, [, value]) => sum + value, 0) / part.length]);
  }
  return thinned;
}
