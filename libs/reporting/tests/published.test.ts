import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { publishedTable } from '../src/published.ts';

describe('publishedTable', () => {
  it.each([
    // Supplementary Tables 1, 5, 6 and 7 of the paper.
    ['methods', 'mnist', 1, 'Ours', '3', 94.3, 4.8],
    ['methods', 'cifar10', 1, 'Ours', 'average', 64.9, 5.9],
    ['methods', 'mvtec', 1, 'Ours2', 'average', 75.6, 6.7],
    ['ablation', 'cifar10', 1, '(f)', 'average', 47.7, 1.8],
    ['patches', 'mvtec', 10, '50', 'average', 73.0, 5.8],
  ] as const)('%s, %s, %i-shot: %s of %s is %f ± %f', (kind, dataset, shots, column, row, mean, std) => {
    const value = publishedTable(kind, dataset, shots)?.value(
      column,
      row === 'average' ? row : { class: row },
    );
    expect(value).toEqual({ mean, std, note: null });
  });

  it('keeps a doubtful value as printed and says why it is doubtful', () => {
    const cell = publishedTable('methods', 'paris', 1)?.value('GEOM', { class: 'moulinrouge' });
    expect(cell).toMatchObject({ mean: 9.4, std: 7.6 });
    expect(cell?.note).toContain('49.4');
    expect(publishedTable('methods', 'fashion-mnist', 10)?.value('DeepSVDD', 'average')?.note).toContain(
      'repeats',
    );
  });

  it('names classes as the datasets here do', () => {
    expect(publishedTable('methods', 'cifar10', 1)?.classes.slice(0, 2)).toEqual(['airplane', 'automobile']);
    expect(publishedTable('methods', 'mvtec', 1)?.classes).toContain('metal_nut');
    expect(publishedTable('methods', 'fashion-mnist', 1)?.classes).toContain('sandal');
  });

  it('has no table where the paper has none', () => {
    expect(publishedTable('methods', 'mnist', 50)).toBeNull();
    expect(publishedTable('methods', 'mnist', 1)?.value('Ours2', 'average')).toBeNull();
  });

  it.skipIf(!process.env.FSAD_PAPER)(
    'agrees with every cell of tables.json (FSAD_PAPER names its folder)',
    async () => {
      interface Row {
        class: string;
        cells: Record<string, { mean: number; std: number }>;
      }
      const { tables } = JSON.parse(await readFile(`${process.env.FSAD_PAPER}/tables.json`, 'utf8')) as {
        tables: {
          id: string;
          dataset: string;
          shots: number;
          column_kind: string;
          columns: string[];
          rows: Row[];
        }[];
      };
      const names: Record<string, string> = {
        plane: 'airplane',
        car: 'automobile',
        sandals: 'sandal',
        metalnut: 'metal_nut',
      };
      const kinds = { method: 'methods', variant: 'ablation', patch_percentage: 'patches' } as const;
      let cells = 0;
      for (const table of tables.filter(({ id }) => id !== 'main-1')) {
        const dataset = table.dataset === 'fashionmnist' ? 'fashion-mnist' : table.dataset;
        const ours = publishedTable(kinds[table.column_kind as keyof typeof kinds], dataset, table.shots);
        for (const row of table.rows) {
          for (const column of table.columns) {
            const { mean, std } = row.cells[column];
            expect(ours?.value(column, { class: names[row.class] ?? row.class })).toMatchObject({
              mean,
              std,
            });
            cells++;
          }
        }
      }
      expect(cells).toBeGreaterThan(1500);
    },
  );
});
