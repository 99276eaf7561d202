import { describe, expect, it } from 'vitest';
import { comparedMethods, comparisonCsv, comparisonText, type ComparedTrial } from '../src/index.ts';

describe('the table', () => {
  const trial = (changes: Partial<ComparedTrial>): ComparedTrial => ({
    key: 'k',
    method: 'htdg',
    dataset: 'mnist',
    class: '3',
    shots: 1,
    trial: 0,
    failure: null,
    auroc: 0.9,
    seconds: { fit: 1, score: 2 },
    test: '500 images',
    engine: 'native',
    split: 's',
    ...changes,
  });

  it('has means over trials, sample deviations, and the printed value of the class (supplementary Table 1)', () => {
    const [cell] = comparedMethods([0.8, 0.9, 1].map((auroc, at) => trial({ auroc, trial: at })));
    expect(cell.mean).toBeCloseTo(90, 10);
    expect(cell.std).toBeCloseTo(10, 10);
    expect(cell.paper?.mean).toBe(94.3);
  });

  it('averages over classes as the paper does, its cells over the same classes', () => {
    const [cell] = comparedMethods([trial({ auroc: 0.8 }), trial({ auroc: 0.6, class: '8' })]);
    expect(cell).toMatchObject({ mean: 70, std: null });
    expect(cell.paper?.mean).toBeCloseTo((94.3 + 71.5) / 2, 10);
  });

  it('has no printed value for what the paper has not', () => {
    expect(comparedMethods([trial({ method: 'nearest-pixel' })])[0].paper).toBeNull();
    expect(comparedMethods([trial({ method: 'pixel-mse' })])[0].paper).toBeNull();
  });

  it('has those of ablations (f) and (g), which the paper made on CIFAR10', () => {
    const printed = (method: string): number | undefined =>
      comparedMethods([trial({ method, dataset: 'cifar10', class: 'airplane' })])[0].paper?.mean;
    expect([printed('pixel-mse'), printed('geom-on-samples')]).toEqual([27, 38.2]);
  });

  it('counts failures and shows them', () => {
    const failed = trial({ auroc: null, failure: 'diverged' });
    expect(comparisonText(comparedMethods([failed]))).toMatch(/htdg +failed/);
    expect(comparisonText(comparedMethods([failed, trial({})]))).toContain('90.0 (1 failed)');
    expect(comparisonCsv([failed]).split('\n')[1]).toContain('diverged');
  });
});
