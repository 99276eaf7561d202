import type { Panel } from './figure.ts';
import { colours, scaleColours } from './theme.ts';

/** One loss of one scale over the iterations of that scale's training. */
export interface LossCurve {
  /** 0 is the coarsest; null for methods without scales. */
  readonly scale: number | null;
  /** What was measured, e.g. `discriminator`. */
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
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

/** One panel a loss, one line a scale, coarse scales dark and fine ones bright. */
export function lossPanels(curves: readonly LossCurve[], size = { width: 270, height: 170 }): Panel[] {
  const names = [...new Set(curves.map((curve) => curve.name))];
  const scales = [...new Set(curves.map((curve) => curve.scale ?? 0))].sort((a, b) => a - b);
  const range = scales.map((_, i) => {
    const place = scales.length === 1 ? 0 : (i / (scales.length - 1)) * (scaleColours.length - 1);
    return scaleColours[Math.round(place)];
  });
  return names.map((name) => ({
    ...size,
    title: name,
    data: {
      values: curves
        .filter((curve) => curve.name === name)
        .flatMap((curve) => thin(curve).map(([step, loss]) => ({ step, loss, scale: curve.scale ?? 0 }))),
    },
    mark: { type: 'line', strokeWidth: 1.6 },
    encoding: {
      x: {
        field: 'step',
        type: 'quantitative',
        title: 'iteration',
        axis: { tickCount: 4, grid: false, format: ',.0f' },
      },
      y: { field: 'loss', type: 'quantitative', title: null, scale: { zero: false }, axis: { tickCount: 5 } },
      color: {
        field: 'scale',
        type: 'nominal',
        scale: { domain: scales, range },
        legend:
          scales.length > 1
            ? {
                title: 'scale, coarse to fine',
                orient: 'bottom',
                direction: 'horizontal',
                labelColor: colours.faded,
              }
            : null,
      },
    },
  }));
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
