import { describe, expect, it } from 'vitest';
import { decodeImage } from '@fsad/images';
import {
  aurocBarPanel,
  aurocLinePanel,
  drawFigure,
  figurePng,
  formatAuroc,
  lossCurves,
  lossPanels,
  rocPanel,
  scoreHistogramPanel,
} from '../src/index.ts';

const scores = [1, 2, 3, 4];
const labels = [false, true, false, true];

describe('drawFigure', () => {
  it('gives the same SVG and PNG bytes every time', async () => {
    const draw = () => drawFigure('two', [rocPanel(scores, labels), scoreHistogramPanel(scores, labels, 2)]);
    const [first, second] = [await draw(), await draw()];
    expect(second.svg).toBe(first.svg);
    expect(Buffer.compare(await figurePng(first), await figurePng(second))).toBe(0);
  });

  it('draws PNG at two pixels a unit with dark text on white', async () => {
    const figure = await drawFigure('one', [rocPanel(scores, labels)]);
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(figure.svg) ?? [];
    const image = await decodeImage(await figurePng(figure));
    expect([image.width, image.height]).toEqual([2 * Number(width), 2 * Number(height)]);
    expect([...image.data.subarray(0, 3)]).toEqual([255, 255, 255]);
    expect(image.data.some((value) => value < 60)).toBe(true);
  });

  it('refers to nothing by id, so that many figures fit one page', async () => {
    const figure = await drawFigure('two', [
      rocPanel(scores, labels),
      scoreHistogramPanel(scores, labels, 2),
    ]);
    expect(figure.svg).not.toMatch(/ id=|url\(#/);
  });

  it('carries its description for readers who cannot see it', async () => {
    expect((await drawFigure('A curve.', [rocPanel(scores, labels)])).spec).toMatchObject({
      description: 'A curve.',
    });
  });
});

describe('lossCurves', () => {
  it('sorts names of the form scale/2/loss by scale', () => {
    expect(
      lossCurves({ 'scale/2/generator': { steps: [1], values: [5] }, loss: { steps: [1], values: [6] } }),
    ).toEqual([
      { scale: 2, name: 'generator', steps: [1], values: [5] },
      { scale: null, name: 'loss', steps: [1], values: [6] },
    ]);
  });
});

describe('lossPanels', () => {
  it('averages a long curve over runs and leaves out values that are not finite', () => {
    const values = Array.from({ length: 480 }, (_, i) => (i === 0 ? NaN : i));
    const [panel] = lossPanels([{ scale: 0, name: 'loss', steps: values.map((_, i) => i), values }]);
    const drawn = (panel.data as { values: { step: number; loss: number }[] }).values;
    expect(drawn).toHaveLength(240);
    expect(drawn[0]).toMatchObject({ step: 2, loss: 1.5 });
  });
});

describe('scoreHistogramPanel', () => {
  it('gives each class shares that sum to one', () => {
    const panel = scoreHistogramPanel([1, 1, 2, 9], [false, false, false, true]);
    const [bars] = panel.layer as { data: { values: { kind: string; share: number }[] } }[];
    const total = (kind: string): number =>
      bars.data.values.filter((row) => row.kind === kind).reduce((sum, row) => sum + row.share, 0);
    expect(total('normal')).toBeCloseTo(1, 14);
    expect(total('anomalous')).toBeCloseTo(1, 14);
  });

  it('takes scores that are all equal', async () => {
    const figure = await drawFigure('flat', [scoreHistogramPanel([2, 2], [false, true])]);
    expect(figure.svg).not.toContain('NaN');
  });

  it('refuses a score that is not finite', () => {
    expect(() => scoreHistogramPanel([1, Infinity], [false, true])).toThrow('score 1 is Infinity');
  });
});

describe('comparison figures', () => {
  it('write every method and, for bars, one standard deviation to each side', async () => {
    const panel = aurocBarPanel('MNIST', [
      { label: 'GEOM', measured: null, published: { mean: 69.8, std: 8.1 } },
      { label: 'HTDG', measured: { mean: 80, std: 5 }, published: { mean: 79.3, std: 5.6 } },
    ]);
    expect((panel.data as { values: unknown[] }).values).toContainEqual({
      label: 'HTDG',
      source: 'measured',
      mean: 80,
      low: 75,
      high: 85,
    });
    const { svg } = await drawFigure('bars', [panel]);
    expect(svg).toContain('>GEOM<');
    expect(svg).toContain('>HTDG<');
  });

  it('draw lines without NaN where a spread is unknown', async () => {
    const panel = aurocLinePanel('CIFAR10', { title: 'shots', ticks: [1, 5] }, [
      {
        label: 'HTDG',
        source: 'measured',
        points: [
          { x: 1, mean: 60, std: null },
          { x: 5, mean: 66, std: 2 },
        ],
      },
    ]);
    expect((await drawFigure('lines', [panel])).svg).not.toContain('NaN');
  });
});

it('the spread of a point that no other joins is a rule, that of several a band', () => {
  const rules = (points: { x: number; mean: number; std: number | null }[]): unknown[] => {
    const series = [{ label: 'HTDG', source: 'measured' as const, points }];
    const { layer } = aurocLinePanel('CIFAR10', { title: 'shots', ticks: [1, 5] }, series) as unknown as {
      layer: { mark: { type: string }; data: { values: { x: number; low: number; high: number }[] } }[];
    };
    const { data } = layer.find(({ mark }) => mark.type === 'rule')!;
    return data.values.map(({ x, low, high }) => [x, low, high]);
  };
  const one = { x: 1, mean: 60, std: 9 };
  expect(rules([one, { x: 5, mean: 66, std: null }])).toEqual([[1, 51, 69]]);
  expect(rules([one, { x: 5, mean: 66, std: 2 }])).toEqual([]);
});

it('panels of one figure give a label one colour, also where one of them lacks others', async () => {
  const series = (label: string) => ({
    label,
    source: 'measured' as const,
    points: [{ x: 1, mean: 60, std: null }],
  });
  const panel = (shown: readonly string[], labels: readonly string[]) =>
    aurocLinePanel('MVTec AD', { title: 'patches, %', ticks: [1] }, shown.map(series), { labels });
  const both = ['1-shot', '5-shot'];
  // Prints warnings, which fails every test, where the panels' colours are at odds.
  const { svg } = await drawFigure('Two.', [panel(both, both), panel(['5-shot'], both)]);
  const colours = [...svg.matchAll(/aria-label="[^"]*label: 5-shot[^"]*"[^>]*fill="([^"]+)"/g)].map(
    ([, fill]) => fill,
  );
  expect(colours.length).toBeGreaterThan(1);
  expect(new Set(colours).size).toBe(1);
});

it('an AUROC is written with its interval', () => {
  expect(formatAuroc({ auroc: 0.8421, low: 0.8, high: 0.879 })).toBe('84.2 % (80.0 to 87.9)');
});
