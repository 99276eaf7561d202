import { describe, expect, it } from 'vitest';
import { frontPage } from '../src/results/front-page.ts';
import { iterationsPage } from '../src/results/iterations-page.ts';
import { patchTable } from '../src/results/patch-table.ts';
import { pointsOf } from '../src/results/measured.ts';
import { paperPages } from '../src/results/pages.ts';
import { recordOf } from '../src/results/record.ts';
import { tablePage } from '../src/results/table-page.ts';
import { fakeRecord } from './fake-record.ts';
import type { TrialResult } from '@fsad/runner';

const [ablation] = paperPages;

describe('the page of a table', () => {
  it('says that nothing was run where there is no record', async () => {
    const { files } = await tablePage(ablation, [], null);
    expect(files.get('README.md')).toContain('no trial of this table was run');
  });
  it('has ours beside the paper’s, order, share, cost, provenance and what a person made of it', async () => {
    const records = ['airplane', 'frog', 'ship'].flatMap((name, i) => [
      fakeRecord({ class: name }, 0.7 + i / 100),
      fakeRecord({ class: name, variant: 'a' }, 0.6),
    ]);
    const { files, shares } = await tablePage(ablation, records, 'It reads well.');
    const page = files.get('README.md') as string;
    // Supplementary Table 6: 67.2 ± 5.8 for airplanes.
    expect(page).toContain('70.0 (67.2 ± 5.8)');
    expect(page).toMatch(/here: HTDG 71.0 > \(a\) no generator 60.0/);
    expect(page).toContain('| the generator matters (G) | 1-shot | **holds** | full − (a) +11.0');
    expect(page).toContain('6 of 80 (7 %)');
    // (1 + 2 s / 500 x 10,000) x 10 classes x 10 trials on 2 cores, at an efficiency of 0.95.
    expect(page).toContain('| 1.0 s | 40 s | wall | 36 min |');
    expect(page).toContain('It reads well.');
    expect(shares).toHaveLength(1);
    expect([...files.keys()]).toContain('auroc-by-method-reduced.png');
  });
});

describe('AUROC against iterations', () => {
  const step = (iterations: number, auroc: number) => ({
    iterations,
    auroc,
    aurocInterval: [0, 1] as const,
    perScale: [auroc],
  });
  const learner = (name: string, ...aurocs: number[]) => {
    const one = fakeRecord({ experiment: 'iterations', class: name, variant: 'three-scales' }, 0.5);
    const onTheWay = aurocs.map((auroc, i) => step([12, 25, 50][i], auroc));
    return { ...one, metrics: { ...one.metrics!, onTheWay } };
  };
  it('has a line a class, and the difference from the iterations of fast over all trainings', async () => {
    const page = await iterationsPage(
      [learner('airplane', 0.8, 0.7, 0.6), learner('frog', 0.7, 0.7, 0.6), learner('ship', 0.5, 0.4, 0.4)],
      null,
    );
    const text = page?.files.get('README.md') as string;
    expect(text).toContain('| airplane | 1 | 80.0 | 70.0 | 60.0 |');
    expect(text).toMatch(/RGB \| 12 against 25 \| \+6\.7 \(.*3 pairs, 3 classes\)/);
  });
  it('is no page without a training that was scored on its way', async () => {
    expect(await iterationsPage([fakeRecord({ experiment: 'iterations' }, 0.5)], null)).toBeNull();
  });
  it('keeps the loss on real copies, the mean of ten iterations before each score', () => {
    const curve = { steps: [...Array(25).keys()], values: [...Array(25).keys()] };
    const { metrics } = learner('airplane', 0.8, 0.7);
    const result = {
      metrics,
      split: { train: [] },
      provenance: { engine: {}, machine: {}, seconds: {} },
    } as unknown as TrialResult;
    const { losses } = recordOf(result, { 'scale/0/real': curve });
    // Iterations 2 to 11, and 15 to 24.
    expect(losses).toEqual([
      { iterations: 12, real: [6.5] },
      { iterations: 25, real: [19.5] },
    ]);
  });
});

it('fractions of patches stand beside the paper’s, in percent', () => {
  const cell = { experiment: 'mvtec-patch-percentage', dataset: 'mvtec', class: 'grid', variant: 'ours2' };
  const one = fakeRecord(cell, 0.9);
  const fractions = { '1': 0.5, '0.05': 0.9 };
  const records = [{ ...one, metrics: { ...one.metrics!, fractions } }];
  // Supplementary Table 7, one shot, grid, 5 %: 87.1 ± 5.0.
  expect(patchTable(pointsOf(records, 'mvtec-patch-percentage'))).toMatch(
    /\| grid \| 1 \| 90\.0 \(87\.1 ± 5\.0\) \| 50\.0 \(/,
  );
});

it('the README has its own part written and the rest left alone', async () => {
  const written = await tablePage(ablation, [fakeRecord({}, 0.7)], null);
  const marks = ['<!-- results: written by npm run results -->', '<!-- results: end -->'];
  const readme = `# fsad\n\n${marks[0]}\n\nold\n\n${marks[1]}\n\nmore\n`;
  const front = frontPage(readme, new Map([['ablation-table-1', written]]));
  expect(front).toMatch(/^# fsad\n\n<!-- results: written .*\n\nmore\n$/s);
  expect(front).toContain('| full    | 70.0 | 67.2  | 1, 1            |');
  expect(front).not.toContain('old');
  expect(frontPage('# no marks\n', new Map())).toBeNull();
});

it('the front page says over what a pixel distance is, where that is not what the method is over', async () => {
  const anomaly = paperPages.find(({ experiment }) => experiment === 'anomaly-detection')!;
  const of = (detector: string, variant: string, trial: number) =>
    fakeRecord({ experiment: 'anomaly-detection', class: 'frog', detector, variant, trial }, 0.7);
  const ours = [of('htdg', 'full', 0), of('htdg', 'full', 1)];
  const readme = '# fsad\n\n<!-- results: written by npm run results -->\n\nold\n\n<!-- results: end -->\n';
  const frontOf = async (floors: ReturnType<typeof of>[]) =>
    frontPage(readme, new Map([['anomaly-detection', await tablePage(anomaly, [...ours, ...floors], null)]]));
  expect(await frontOf([of('pixel-mse', 'default', 0)])).toContain('70.0, 1 class, 1 trial ');
  const both = [of('pixel-mse', 'default', 0), of('pixel-mse', 'default', 1)];
  expect(await frontOf(both)).not.toContain('70.0, 1 class');
});
