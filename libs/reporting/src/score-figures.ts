import { auroc, rocCurve, type AurocInterval, type Labels } from '@fsad/metrics';
import type { Panel } from './figure.ts';
import { colours } from './theme.ts';
import { percent } from './words.ts';

/** `84.2 % (80.1 to 88.0)`: an AUROC with its interval, for reading. */
export function formatAuroc({ auroc, low, high }: Pick<AurocInterval, 'auroc' | 'low' | 'high'>): string {
  return `${percent(auroc)} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
}

/** The ROC curve over the diagonal of chance. @throws as `auroc`. */
export function rocPanel(
  scores: ArrayLike<number>,
  anomalous: Labels,
  size = { width: 240, height: 240 },
): Panel {
  const curve = rocCurve(scores, anomalous);
  const points = Array.from(curve.threshold, (_, i) => ({
    order: i,
    fpr: curve.falsePositiveRate[i],
    tpr: curve.truePositiveRate[i],
  }));
  const every = Math.ceil(points.length / 400);
  const drawn = points.filter((_, i) => i % every === 0 || i === points.length - 1);
  const rate = (field: string, title: string): Record<string, unknown> => ({
    field,
    type: 'quantitative',
    title,
    scale: { domain: [0, 1] },
    axis: { values: [0, 0.25, 0.5, 0.75, 1], format: '%' },
  });
  const x = rate('fpr', 'normal images called anomalous');
  const y = rate('tpr', 'anomalous images found');
  const text = `AUROC ${percent(auroc(scores, anomalous))}`;
  return {
    ...size,
    layer: [
      {
        data: {
          values: [
            { fpr: 0, tpr: 0 },
            { fpr: 1, tpr: 1 },
          ],
        },
        mark: { type: 'line', color: colours.faded, strokeDash: [3, 3], strokeWidth: 1 },
        encoding: { x, y },
      },
      {
        data: { values: drawn },
        mark: { type: 'line', color: colours.normal, strokeWidth: 2.2 },
        encoding: { x, y, order: { field: 'order' } },
      },
      {
        data: { values: [{ fpr: 0.97, tpr: 0.06, text }] },
        mark: { type: 'text', align: 'right', fontSize: 13, fontWeight: 'bold', color: colours.ink },
        encoding: { x, y, text: { field: 'text' } },
      },
    ],
  };
}

/**
 * How often each score occurs among normal and among anomalous images, each class's shares summing to one; a dashed line at
 * `threshold` where one is given.
 * @throws RangeError when lengths differ or a score is not finite
 */
export function scoreHistogramPanel(
  scores: ArrayLike<number>,
  anomalous: Labels,
  threshold?: number,
  size = { width: 330, height: 240 },
): Panel {
  if (scores.length !== anomalous.length) {
    throw new RangeError(`${scores.length} scores but ${anomalous.length} labels`);
  }
  const values = Array.from(scores);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`score ${bad} is ${values[bad]}; a histogram needs finite scores`);
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const bins = 28;
  const width = (high - low) / bins || 1;
  const counts = { normal: new Float64Array(bins), anomalous: new Float64Array(bins) };
  values.forEach((value, i) => {
    counts[anomalous[i] ? 'anomalous' : 'normal'][Math.min(bins - 1, Math.floor((value - low) / width))]++;
  });
  const rows = (['normal', 'anomalous'] as const).flatMap((kind) => {
    const total = counts[kind].reduce((sum, count) => sum + count, 0) || 1;
    return Array.from(counts[kind], (count, bin) => ({
      kind,
      from: low + bin * width,
      to: low + (bin + 1) * width,
      share: count / total,
    }));
  });
  const x = {
    field: 'from',
    type: 'quantitative',
    title: 'anomaly score',
    scale: { zero: false, nice: false },
  };
  const marker = {
    data: { values: [{ from: threshold }] },
    mark: { type: 'rule', color: colours.ink, strokeDash: [4, 3] },
    encoding: { x },
  };
  return {
    ...size,
    layer: [
      {
        data: { values: rows.filter((row) => row.share > 0) },
        mark: { type: 'bar', opacity: 0.68 },
        encoding: {
          x: { ...x, bin: 'binned', axis: { grid: false, tickCount: 6 } },
          x2: { field: 'to' },
          y: {
            field: 'share',
            type: 'quantitative',
            stack: null,
            title: 'share of class',
            axis: { format: '%', tickCount: 5 },
          },
          color: {
            field: 'kind',
            type: 'nominal',
            scale: { domain: ['normal', 'anomalous'], range: [colours.normal, colours.anomalous] },
            legend: { title: null, orient: 'top', direction: 'horizontal', symbolType: 'square' },
          },
        },
      },
      ...(threshold === undefined ? [] : [marker]),
    ],
  };
}
