import { describe, expect, it } from 'vitest';
import { collectExperiments, keptRecords, type Setting } from '../src/collect.ts';
import { compareMethods } from '../src/compare-methods.ts';
import { compareSetting } from '../src/compare.ts';
import { averageTable, classTable, markdownTable } from '../src/experiment-tables.ts';
import { fractionAverages, planFigures, printedPatches } from '../src/experiment-figures.ts';
import { columnLabel, paperColumn, paperLabel } from '../src/paper-columns.ts';
import { publishedTable } from '../src/published.ts';
import { fakeSummary, type FakeTrial } from './fake-store.ts';

async function* stream(fakes: readonly FakeTrial[]) {
  for (const fake of fakes) yield fakeSummary(fake);
}

async function settingOf(fakes: readonly FakeTrial[]): Promise<Setting> {
  const [experiment] = await collectExperiments(stream(fakes));
  return [...experiment.settings.values()][0];
}

const trials = (cell: FakeTrial['cell'], aurocs: readonly number[]): FakeTrial[] =>
  aurocs.map((auroc, trial) => ({ cell: { ...cell, trial }, auroc }));

describe('collectExperiments', () => {
  it('keeps experiments and budgets apart and counts what failed', async () => {
    const found = await collectExperiments(
      stream([
        { cell: { budget: 'smoke' } },
        { cell: { experiment: 'other' } },
        { cell: { trial: 1 }, status: 'diverged' },
        { cell: { trial: 0 } },
      ]),
    );
    expect(found.map(({ experiment, budget, trials: count }) => [experiment, budget, count])).toEqual([
      ['anomaly-detection', 'reduced', 2],
      ['anomaly-detection', 'smoke', 1],
      ['other', 'reduced', 1],
    ]);
    expect(found[0].statuses).toEqual(
      new Map([
        ['diverged', 1],
        ['ok', 1],
      ]),
    );
    expect([...found[0].settings.values()][0].columns.get('htdg/full')?.failed).toBe(1);
  });

  it('keeps the first records in the order of their cells, whatever order they come in', async () => {
    const fakes = Array.from({ length: 2 * keptRecords + 5 }, (_, trial) => ({ cell: { trial } })).reverse();
    const [{ records, trials: count }] = await collectExperiments(stream(fakes));
    expect(count).toBe(2 * keptRecords + 5);
    expect(records.map(({ cell }) => cell.trial)).toEqual(Array.from({ length: keptRecords }, (_, i) => i));
  });

  it('gives the same whatever order trials come in', async () => {
    const fakes = trials({}, [0.5, 0.6, 0.7]).concat(trials({ class: '8' }, [0.4, 0.8]));
    expect(await collectExperiments(stream([...fakes].reverse()))).toEqual(
      await collectExperiments(stream(fakes)),
    );
  });
});

describe('compareSetting', () => {
  it('averages classes as the paper does, beside the paper over the same classes', async () => {
    // Supplementary Table 1, MNIST, Ours: 3 is 94.3 ± 4.8, 8 is 71.5 ± 6.2.
    const setting = await settingOf([
      ...trials({}, [0.9, 0.92, 0.94]),
      ...trials({ class: '8' }, [0.7, 0.71, 0.72]),
    ]);
    const [row] = compareSetting(setting).rows;
    expect(row.measured.mean).toBeCloseTo((92 + 71) / 2, 10);
    expect(row.measured.meanOfStds).toBeCloseTo((2 + 1) / 2, 10);
    expect(row.stdOfTrialAverages).toBeCloseTo(1.5, 10); // trial averages 80, 81.5 and 83
    expect(row.published?.mean).toBeCloseTo((94.3 + 71.5) / 2, 10);
    expect(row.published?.meanOfStds).toBeCloseTo((4.8 + 6.2) / 2, 10);
    expect(row.difference?.mean).toBeCloseTo((92 + 71 - 94.3 - 71.5) / 2, 10);
    const cell = row.cells.get('3');
    // Welch: variances 4/3 and 4.8^2/10.
    expect(cell?.difference?.mean).toBeCloseTo(92 - 94.3, 10);
    const half = ((cell?.difference?.interval?.high ?? NaN) - (cell?.difference?.interval?.low ?? NaN)) / 2;
    expect(half).toBeGreaterThan(1.96 * Math.sqrt(4 / 3 + 2.304));
  });

  it.each([[[0.9]], [[0.9, 0.5]]])(
    'gives no spread, interval or difference for the trials %j',
    async (aurocs) => {
      const [row] = compareSetting(await settingOf(trials({}, aurocs))).rows;
      expect(row.measured.meanOfStds).toBeNull();
      expect(row.interval).toBeNull();
      expect(row.difference).toBeNull();
      expect(row.cells.get('3')?.difference).toBeNull();
      expect(row.trialAverages).toEqual(aurocs.map((auroc) => 100 * auroc));
    },
  );

  it('marks doubtful printed values it compares with', async () => {
    const setting = await settingOf(
      trials({ dataset: 'paris', class: 'moulinrouge', detector: 'geom', variant: 'default' }, [0.5, 0.6]),
    );
    const table = averageTable(compareSetting(setting));
    expect(table.rows[0].join()).toContain('9.4 ± 7.6 [1]');
    expect(table.notes[0]).toMatch(/^\[1\] moulinrouge: .*49\.4/);
    expect(classTable(compareSetting(setting)).rows[0][1]).toContain('?');
  });

  it('says once what makes several printed values doubtful', async () => {
    const cell = { dataset: 'fashion-mnist', shots: 10, detector: 'deep-svdd', variant: 'default' };
    const fakes = ['bag', 'coat'].flatMap((name) => trials({ ...cell, class: name }, [0.7]));
    const [row] = compareSetting(await settingOf(fakes)).rows;
    expect(row.notes).toEqual([
      'coat, bag: the whole column repeats the one-shot means; likely a copying error',
    ]);
  });

  it('leaves classes the paper does not have without a difference', async () => {
    const [row] = compareSetting(
      await settingOf(trials({ dataset: 'generated', class: 'disc' }, [0.9, 0.8])),
    ).rows;
    expect(row.published).toBeNull();
    expect(row.difference).toBeNull();
  });

  it('averages localisation over classes', async () => {
    const fakes = trials({ dataset: 'mvtec', class: 'grid', variant: 'ours2' }, [0.9, 0.8]).map(
      (fake, i) => ({
        ...fake,
        pixel: { auroc: 0.9 + 0.02 * i, pro: 0.7, images: 5 },
      }),
    );
    const [row] = compareSetting(await settingOf(fakes)).rows;
    expect(row.pixel?.auroc).toBeCloseTo(91, 10);
    expect(row.pixel?.pro).toBeCloseTo(70, 10);
  });
});

describe('compareMethods', () => {
  const geom = { detector: 'geom', variant: 'default' };

  it('pairs trials by their split and counts those without a partner', async () => {
    const setting = await settingOf([...trials({}, [0.8, 0.9, 0.7, 0.6]), ...trials(geom, [0.7, 0.6, 0.5])]);
    const [comparison] = compareMethods(setting);
    expect(comparison).toMatchObject({ first: 'HTDG', second: 'GEOM', unpaired: 1 });
    expect(comparison.paired.pairs).toBe(3);
    expect(comparison.paired.mean).toBeCloseTo(20, 10);
    expect(comparison.wilcoxon.p).toBe(0.25); // three pairs of one sign: 2 / 2^3
  });

  it('compares nothing over fewer than three common splits', async () => {
    const setting = await settingOf([...trials({}, [0.8, 0.9, 0.7]), ...trials(geom, [0.7, 0.6])]);
    expect(compareMethods(setting)).toEqual([]);
  });

  it('corrects p for the number of comparisons after Holm', async () => {
    const ours = [0.8, 0.81, 0.82, 0.83, 0.84, 0.85];
    const setting = await settingOf([
      ...trials({}, ours),
      ...trials(
        geom,
        ours.map((value) => value - 0.1),
      ),
      ...trials(
        { detector: 'goad', variant: 'default' },
        ours.map((value, i) => value - (i < 3 ? 0.1 : -0.09)),
      ),
    ]);
    const compared = compareMethods(setting);
    const against = (name: string) => compared.find(({ second }) => second === name);
    expect(against('GEOM')?.wilcoxon.p).toBeCloseTo(2 / 64, 12);
    expect(against('GEOM')?.adjustedP).toBeCloseTo(4 / 64, 12);
    expect(against('GOAD')?.adjustedP).toBe(against('GOAD')?.wilcoxon.p);
  });

  it('compares nothing where methods share no split', async () => {
    expect(
      compareMethods(await settingOf([...trials({}, [0.8]), ...trials({ ...geom, class: '8' }, [0.7])])),
    ).toEqual([]);
  });
});

describe('paper columns', () => {
  it('finds the column a method and variant repeat', () => {
    const methods = publishedTable('methods', 'cifar10', 1);
    const defects = publishedTable('methods', 'mvtec', 1);
    const ablation = publishedTable('ablation', 'cifar10', 1);
    if (!methods || !defects || !ablation) throw new Error('tables are missing');
    expect(paperColumn(methods, { detector: 'htdg', variant: 'full' })).toBe('Ours');
    expect(paperColumn(methods, { detector: 'deep-svdd', variant: 'default' })).toBe('DeepSVDD');
    expect(paperColumn(methods, { detector: 'differnet', variant: 'default' })).toBeNull();
    expect(paperColumn(defects, { detector: 'htdg', variant: 'ours2' })).toBe('Ours2');
    expect(paperColumn(defects, { detector: 'htdg', variant: 'full' })).toBeNull();
    expect(paperColumn(ablation, { detector: 'geom', variant: 'g' })).toBe('(g)');
    expect(paperColumn(ablation, { detector: 'htdg', variant: 'full' })).toBe('Ours');
    expect(paperColumn(ablation, { detector: 'pixel-mse', variant: 'f-mismatched' })).toBeNull();
  });

  it('labels a method as the field writes it', () => {
    expect(columnLabel({ detector: 'geom', variant: 'default' })).toBe('GEOM');
    expect(columnLabel({ detector: 'htdg', variant: 'ours1' })).toBe('HTDG Ours1');
    expect(columnLabel({ detector: 'pixel-mse', variant: 'f' })).toBe('(f) pixel MSE');
    expect(columnLabel({ detector: 'htdg', variant: 'wide' })).toBe('HTDG, wide');
  });

  it('calls a method the same whether it ran or only stands in the paper', () => {
    expect(paperLabel('Ours')).toBe(columnLabel({ detector: 'htdg', variant: 'full' }));
    expect(paperLabel('Ours2')).toBe(columnLabel({ detector: 'htdg', variant: 'ours2' }));
    expect(paperLabel('(a)')).toBe(columnLabel({ detector: 'htdg', variant: 'a' }));
    expect(paperLabel('DROCC')).toBe(columnLabel({ detector: 'drocc', variant: 'default' }));
  });
});

describe('percentage of patches', () => {
  it('averages each fraction over classes, in percent', async () => {
    const fakes = ['grid', 'screw'].flatMap((name, i) =>
      trials({ dataset: 'mvtec', class: name, variant: 'ours2' }, [0.5, 0.5]).map((fake) => ({
        ...fake,
        fractions: { '0.1': 0.6 + 0.2 * i, '0.05': 0.5 },
      })),
    );
    const { columns } = await settingOf(fakes);
    const points = fractionAverages([...columns.values()][0]);
    expect(points.map(({ x }) => x)).toEqual([5, 10]);
    expect(points[1].mean).toBeCloseTo(70, 10);
  });

  it('averages the paper over the same classes', () => {
    // Supplementary Table 7, one-shot, 5 %, grid and screw.
    const table = publishedTable('patches', 'mvtec', 1);
    const mean = ['grid', 'screw'].reduce(
      (sum, name) => sum + (table?.value('5', { class: name })?.mean ?? NaN) / 2,
      0,
    );
    expect(printedPatches('mvtec', 1, ['grid', 'screw']).find(({ x }) => x === 5)?.mean).toBeCloseTo(
      mean,
      10,
    );
    expect(printedPatches('mvtec', 1, ['disc'])).toEqual([]);
  });

  it('has the paper beside the variant it printed, and one axis for all panels', async () => {
    const fractions = { '0.05': 0.6, '1': 0.5 };
    const fakes = ['ours1', 'ours2'].flatMap((variant, i) =>
      trials({ dataset: 'mvtec', class: 'grid', variant }, [0.5]).map((fake) => ({
        ...fake,
        fractions: { ...fractions, '1': 0.2 + 0.3 * i },
      })),
    );
    const [experiment] = await collectExperiments(stream(fakes));
    const figure = planFigures(experiment, []).find(({ name }) => name === 'auroc-by-patches');
    const sources = (figure?.panels ?? []).map(({ title, draw }) => {
      const { data } = draw() as { data: { values: { source: string }[] } };
      return [title, [...new Set(data.values.map(({ source }) => source))]];
    });
    expect(Object.fromEntries(sources)).toEqual({
      'MVTec AD, HTDG Ours1': ['measured'],
      'MVTec AD, HTDG Ours2': ['measured', 'paper'],
    });
    const axes = (figure?.panels ?? []).map(({ draw }) => {
      const { layer } = draw() as { layer: { encoding: { y: { scale: object } } }[] };
      return layer[1].encoding.y.scale;
    });
    expect(axes[0]).toEqual(axes[1]);
  });
});

it('a line over shots joins averages over the same classes, and leaves a method out that shares none', async () => {
  const [experiment] = await collectExperiments(
    stream([
      ...trials({ dataset: 'cifar10', shots: 1, class: 'airplane' }, [0.9]),
      ...trials({ dataset: 'cifar10', shots: 1, class: 'ship' }, [0.5]),
      ...trials({ dataset: 'cifar10', shots: 5, class: 'airplane' }, [0.8]),
      ...trials({ dataset: 'cifar10', shots: 1, class: 'cat', detector: 'geom', variant: 'default' }, [0.6]),
      ...trials({ dataset: 'cifar10', shots: 5, class: 'dog', detector: 'geom', variant: 'default' }, [0.7]),
    ]),
  );
  const figure = planFigures(experiment, []).find(({ name }) => name === 'auroc-by-shots');
  const { data } = figure!.panels[0].draw() as {
    data: { values: { label: string; source: string; x: number; mean: number }[] };
  };
  const printed = [1, 5].map(
    (shots) => publishedTable('methods', 'cifar10', shots)!.value('Ours', { class: 'airplane' })!.mean,
  );
  expect(data.values.map(({ label, source, x, mean }) => [label, source, x, mean])).toEqual([
    ['HTDG', 'measured', 1, 90],
    ['HTDG', 'measured', 5, 80],
    ['HTDG', 'paper', 1, printed[0]],
    ['HTDG', 'paper', 5, printed[1]],
  ]);
});

it('a Markdown table escapes bars and keeps each row on one line', () => {
  const text = markdownTable({ head: ['a|b', 'c'], textColumns: 1, rows: [['x', '1\n(2)']], notes: ['n'] });
  expect(text).toBe('| a\\|b | c |\n| --- | ---: |\n| x | 1 (2) |\n\nn\n');
});
