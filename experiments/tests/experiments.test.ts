import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openRun, wholeExperiment, type Budget, type Cell, type Experiment } from '@fsad/runner';
import { paperColumn, publishedTable } from '@fsad/reporting';

const folder = join(import.meta.dirname, '..');
const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
const store = mkdtempSync(join(tmpdir(), 'fsad-experiments-'));
afterAll(() => rmSync(store, { recursive: true }));

async function load(file: string): Promise<Experiment> {
  return ((await import(pathToFileURL(join(folder, file)).href)) as { default: Experiment }).default;
}

/** Plans an experiment on tiny copies of the paper's datasets: cells by trial key. */
async function plan(file: string, budget: Budget): Promise<Map<string, Cell>> {
  const { sorted, prepared } = await openRun({
    request: wholeExperiment(await load(file), budget),
    registry: new URL('./support/registry.ts', import.meta.url).href,
    store,
    replace: false,
    retryFailed: false,
    command: 'fsad run',
    onEvent: () => undefined,
    stop: new AbortController().signal,
    kill: new AbortController().signal,
  });
  await prepared.close();
  return new Map(sorted.pending.map(({ key, cells: [cell] }) => [key, cell]));
}

describe.each(files)('%s', (file) => {
  it('is named after its file', async () => {
    expect((await load(file)).name).toBe(basename(file, '.ts'));
  });

  it.each(['smoke', 'reduced'] as const)('has valid settings at budget %s', async (budget) => {
    expect((await plan(file, budget)).size).toBeGreaterThan(0);
  });
});

/** Classes x shots x methods x ten trials, as the paper's tables have them, with the two floors and the two methods whose features lie in the project. */
it.each([
  ['ablation-table-1.ts', 10 * 2 * (8 + 1) * 10],
  ['mvtec-patch-percentage.ts', 15 * 3 * 10],
  ['anomaly-detection.ts', (11 + 10 + 10 + 10) * 3 * (6 + 3) * 10],
  ['shots-cifar10.ts', 10 * 5 * 6 * 10],
  ['defect-detection.ts', 15 * 3 * (8 + 4) * 10],
  ['localisation.ts', 15 * 5 * 10],
  ['qualitative.ts', 11],
])('%s has %d trials at the budget of the paper', async (file, trials) => {
  expect((await plan(file, 'paper')).size).toBe(trials);
});

it.each([
  ['ablation-table-1.ts', 'ablation', ['cifar10'], [1, 5]],
  ['anomaly-detection.ts', 'methods', ['paris', 'cifar10', 'fashion-mnist', 'mnist'], [1, 5, 10]],
  ['shots-cifar10.ts', 'methods', ['cifar10'], [1, 5, 10, 50, 80]],
  ['defect-detection.ts', 'methods', ['mvtec'], [1, 5, 10]],
] as const)('%s fills every column of the paper’s tables', async (file, kind, datasets, shots) => {
  const cells = [...(await plan(file, 'paper')).values()].filter(({ trial }) => trial === 0);
  for (const dataset of datasets) {
    for (const k of shots) {
      const table = publishedTable(kind, dataset, k);
      if (!table) throw new Error(`no table for ${dataset}, ${k}-shot`);
      const here = cells.filter((cell) => cell.dataset === dataset && cell.shots === k);
      const filled = new Set(here.map((cell) => paperColumn(table, cell)));
      // DifferNet's column needs weights that are not part of the project.
      expect(table.columns.filter((column) => !filled.has(column) && column !== 'DifferNet')).toEqual([]);
    }
  }
});

it('the four-rotation models of Table 5 and Table 7 are the same trials', async () => {
  const sweep = await plan('mvtec-patch-percentage.ts', 'paper');
  const table5 = await plan('defect-detection.ts', 'paper');
  expect([...sweep.keys()].filter((key) => !table5.has(key))).toEqual([]);
});
