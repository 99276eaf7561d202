import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BUDGETS, columnFor, COLUMNS, parseColumns, settingsOf } from '../src/compare/columns.ts';
import { gatherCells, tableText, trialsCsv } from '../src/compare/table.ts';
import type { CompareTrial } from '../src/compare/trial.ts';
import { methods } from '@fsad/runner';
import { fsad } from './fsad.ts';

const one = { budget: 'smoke', task: 'one-class', shots: 1 } as const;

describe('columns', () => {
  it.each(COLUMNS)('%s has a complete configuration for every budget and task', async (name) => {
    for (const budget of BUDGETS) {
      for (const task of ['one-class', 'defects'] as const) {
        const column = columnFor(name, { ...one, budget, task });
        const method = await methods[column.detector]();
        expect(method.name).toBe(column.detector);
        expect(() => settingsOf(column, method)).not.toThrow();
      }
    }
  });

  it('names the methods there are for an unknown one, and keeps the order of the table', () => {
    expect(() => parseColumns('geom,gome')).toThrow('no method "gome"; there are all, htdg, geom');
    expect(parseColumns('pixel-mse,htdg')).toEqual(['htdg', 'pixel-mse']);
  });

  it('calls differnet without feature weights differnet-random', () => {
    expect(columnFor('differnet', one)).toMatchObject({
      name: 'differnet-random',
      detector: 'differnet-random',
    });
    const pretrained = columnFor('differnet', { ...one, featureWeights: 'w' });
    expect(pretrained).toMatchObject({ name: 'differnet', changes: { featureWeights: 'w' } });
  });

  it('scores defects by the least normal patches with HTDG: 5 % at one shot, 10 % at five (Sec. 4.2)', () => {
    const fraction = (shots: number): unknown =>
      columnFor('htdg', { budget: 'reduced', task: 'defects', shots }).changes.scoring;
    expect([fraction(1), fraction(5)]).toEqual([{ fraction: 0.05 }, { fraction: 0.1 }]);
  });
});

describe('the table', () => {
  const trial = (changes: Partial<CompareTrial>): CompareTrial => ({
    key: 'k',
    inputs: { engine: 'native', split: 's' } as CompareTrial['inputs'],
    method: 'htdg',
    dataset: 'mnist',
    class: '3',
    shots: 1,
    trial: 0,
    failure: null,
    auroc: 0.9,
    seconds: { fit: 1, score: 2 },
    processorSeconds: { fit: 2, score: 3 },
    test: '500 images',
    testImages: 500,
    ...changes,
  });

  it('has means over trials, sample deviations, and the printed value of the class (supplementary Table 1)', () => {
    const [cell] = gatherCells([trial({ auroc: 0.8 }), trial({ auroc: 0.9, trial: 1 })]);
    expect(cell.mean).toBeCloseTo(85, 10);
    expect(cell.std).toBeCloseTo(Math.sqrt(50), 10);
    expect(cell.paper?.mean).toBe(94.3);
  });

  it('averages over classes as the paper does, its cells over the same classes', () => {
    const [cell] = gatherCells([trial({ auroc: 0.8 }), trial({ auroc: 0.6, class: '8' })]);
    expect(cell).toMatchObject({ mean: 70, std: null });
    expect(cell.paper?.mean).toBeCloseTo((94.3 + 71.5) / 2, 10);
  });

  it('has no printed value for what the paper has not', () => {
    expect(gatherCells([trial({ method: 'nearest-pixel' })])[0].paper).toBeNull();
    expect(gatherCells([trial({ method: 'pixel-mse' })])[0].paper).toBeNull();
  });

  it('has those of ablations (f) and (g), which the paper made on CIFAR10', () => {
    const printed = (method: string): number | undefined =>
      gatherCells([trial({ method, dataset: 'cifar10', class: 'airplane' })])[0].paper?.mean;
    expect([printed('pixel-mse'), printed('geom-on-samples')]).toEqual([27, 38.2]);
  });

  it('counts failures and shows them', () => {
    const failed = trial({ auroc: null, failure: 'diverged' });
    expect(tableText(gatherCells([failed]))).toMatch(/htdg +failed/);
    expect(tableText(gatherCells([failed, trial({})]))).toContain('90.0 (1 failed)');
    expect(trialsCsv([failed]).split('\n')[1]).toContain('diverged');
  });
});

describe('fsad compare', () => {
  let out: string;
  beforeEach(async () => void (out = await mkdtemp(join(tmpdir(), 'fsad-compare-'))));
  afterEach(() => rm(out, { recursive: true }));
  const compare = (...more: string[]): ReturnType<typeof fsad> =>
    fsad(
      'compare',
      '--dataset',
      'generated',
      '--class',
      'disc',
      '--out',
      out,
      '--test-subset',
      '20',
      ...more,
    );

  it('runs methods on the same splits, prints one table and keeps CSV and JSON', async () => {
    const { code, stdout } = await compare(
      '--methods',
      'pixel-mse,nearest-pixel',
      '--shots',
      '1,2',
      '--trials',
      '2',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/1-shot +paper +s\/trial +2-shot/);
    expect(stdout).toMatch(/nearest-pixel +\d+\.\d ± \d+\.\d/);
    const { trials } = JSON.parse(await readFile(join(out, 'compare.json'), 'utf8')) as {
      trials: CompareTrial[];
    };
    expect(trials.length).toBe(8);
    expect(trials.every(({ processorSeconds: { fit, score } }) => fit > 0 && score > 0)).toBe(true);
    const splits = (method: string): string[] =>
      trials.filter((trial) => trial.method === method).map(({ inputs }) => inputs.split);
    expect(splits('pixel-mse')).toEqual(splits('nearest-pixel'));
    expect((await readFile(join(out, 'compare.csv'), 'utf8')).trim().split('\n').length).toBe(9);
    expect(await readdir(join(out, 'trials'))).toHaveLength(8);
  });

  it('keeps finished trials, and refuses those done with other settings unless told to replace them', async () => {
    await compare('--methods', 'pixel-mse');
    const again = await compare('--methods', 'pixel-mse,nearest-pixel');
    expect(again.stderr).toMatch(/pixel-mse.*from before/);
    expect(again.stderr).not.toMatch(/nearest-pixel.*from before/);
    const other = await compare('--methods', 'pixel-mse', '--subset', 'validation');
    expect(other).toMatchObject({ code: 2, stdout: '' });
    expect(other.stderr).toMatch(/testSubset: .* is now .*--replace/);
    expect((await compare('--methods', 'pixel-mse', '--subset', 'validation', '--replace')).code).toBe(0);
  });

  it('goes on when a method fails, says so, and ends with code 1', async () => {
    const weights = ['--feature-weights', join(out, 'none')];
    const { code, stdout, stderr } = await compare('--methods', 'differnet,pixel-mse', ...weights);
    expect(code).toBe(1);
    expect(stdout).toMatch(/differnet +failed/);
    expect(stdout).toMatch(/pixel-mse +\d/);
    expect(stderr).toContain('no AlexNet weights there');
    expect(stderr).toContain('1 of 2 trials failed');
  });

  it.each([
    [['--shots', '0'], '--shots takes numbers'],
    [['--trials', '0'], '--trials takes a whole number'],
    [['--methods', 'nothing'], 'no method "nothing"'],
  ])('refuses %j with a reason', async (argv, reason) => {
    const { code, stderr } = await compare(...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(reason);
  });
});
