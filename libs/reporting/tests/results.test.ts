import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimAbove } from '../src/results/claims.ts';
import { pairedDifference, pointsOf, type Point } from '../src/results/measured.ts';
import { provenanceText } from '../src/results/provenance-text.ts';
import { rankOrder } from '../src/results/ranks.ts';
import { readRecords, recordFiles } from '../src/results/record-files.ts';
import { requireKey, type TrialRecord } from '../src/results/record.ts';
import { sharesOf } from '../src/results/share.ts';
import { staleResults, writeResults } from '../src/results/write-results.ts';
import { publishedTable } from '../src/published.ts';
import { fakeRecord } from './fake-record.ts';
import type { SettingComparison } from '../src/compare.ts';

const committed = join(import.meta.dirname, '../../../results');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fsad-results-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function keep(records: readonly TrialRecord[]): Promise<void> {
  for (const [name, content] of recordFiles(records)) await writeFile(join(folder, name), content);
}

describe('records', () => {
  it('are read as they were written, settings from the file they share', async () => {
    const records = [fakeRecord({}, 0.75), fakeRecord({ class: 'frog' }, 0.5)];
    await keep(records);
    expect(await readRecords(folder)).toEqual(records);
    expect(Object.keys(JSON.parse(await readFile(join(folder, 'settings.json'), 'utf8')))).toHaveLength(1);
  });
  it('whose inputs do not give their key are refused, naming the cell', async () => {
    const { inputs, ...rest } = fakeRecord({}, 0.75);
    const altered = { ...rest, inputs: { ...inputs, numericVersion: 2 } };
    expect(() => requireKey(altered)).toThrow('airplane, htdg full): its inputs do not give its key');
    await keep([altered]);
    await expect(readRecords(folder)).rejects.toThrow('it was altered');
  });
  it('that claim one cell twice are refused, naming both lines', async () => {
    await keep([fakeRecord({}, 0.75), fakeRecord({}, 0.5, { steps: 4 })]);
    await expect(readRecords(folder)).rejects.toThrow(
      /ablation-table-1.jsonl:2: .* has a record at .*:1 already/,
    );
  });
  it('with a number that is no AUROC are refused, naming the line', async () => {
    await keep([fakeRecord({}, 1.5)]);
    await expect(readRecords(folder)).rejects.toThrow('ablation-table-1.jsonl:1');
  });
});

describe('paired differences', () => {
  const points = (...records: TrialRecord[]): Point[] => pointsOf(records, 'ablation-table-1');
  const classes = ['airplane', 'frog', 'ship'];

  it('are over the trials that both have, and have no interval below three of them', () => {
    const full = points(fakeRecord({}, 0.8), fakeRecord({ class: 'frog' }, 0.7));
    const other = points(fakeRecord({ variant: 'a' }, 0.7), fakeRecord({ variant: 'a', class: 'ship' }, 0.1));
    expect(pairedDifference(full, other)).toMatchObject({ pairs: 1, low: null, high: null });
    expect(pairedDifference(full, other)?.mean).toBeCloseTo(10, 10);
    expect(pairedDifference(full, [])).toBeNull();
  });
  it('decide a claim only where their interval lies on one side of zero', () => {
    const full = points(...classes.map((name) => fakeRecord({ class: name }, 0.8)));
    const below = points(
      ...classes.map((name, i) => fakeRecord({ class: name, variant: 'a' }, 0.6 + i / 100)),
    );
    const mixed = points(...classes.map((name, i) => fakeRecord({ class: name, variant: 'b' }, 0.6 + i / 5)));
    const verdict = (a: readonly Point[], b: readonly Point[]) =>
      claimAbove('it is above', '1-shot', [{ name: 'a', by: pairedDifference(a, b) }]).verdict;
    expect(verdict(full, below)).toBe('holds');
    expect(verdict(below, full)).toBe('does not hold');
    expect(verdict(full, mixed)).toBe('not decidable');
    const incomplete = claimAbove('it is above all', '1-shot', [
      { name: 'full − a', by: pairedDifference(full, below) },
      { name: 'full − d', by: null },
    ]);
    expect(incomplete).toMatchObject({ verdict: 'not decidable' });
    expect(incomplete.numbers).toContain('not run: full − d');
  });
});

it('trials of different versions of a method are told where the numbers come from', () => {
  const [one, other] = pointsOf(
    [fakeRecord({}, 0.8), fakeRecord({ class: 'frog' }, 0.7)],
    'ablation-table-1',
  );
  const { record } = other;
  const later = { ...other, record: { ...record, inputs: { ...record.inputs, numericVersion: 7 } } };
  expect(provenanceText([one, other])).not.toContain('versions');
  expect(provenanceText([one, later])).toContain('versions of a method stand side by side (htdg 1 and 7)');
});

it('the share of a table counts cells with a trial, and trials against the ten of the paper', () => {
  const table = publishedTable('ablation', 'cifar10', 1)!;
  const records = [fakeRecord({}, 0.8), fakeRecord({ trial: 1 }, 0.8), fakeRecord({ variant: 'a' }, 0.8)];
  const unknown = fakeRecord({ variant: 'f-mismatched', detector: 'pixel-mse' }, 0.8);
  const [share] = sharesOf([table], pointsOf([...records, unknown], 'ablation-table-1'));
  expect(share).toMatchObject({ cells: 80, filled: 2, trials: 800, done: 3, budget: 'reduced' });
});

it('methods are put in order over the classes they share', () => {
  const row = (label: string, cells: Record<string, [number, number]>) => ({
    label,
    cells: new Map(
      Object.entries(cells).map(([name, [ours, paper]]) => [
        name,
        { measured: { count: 1, mean: ours, std: null }, published: { mean: paper, std: 1, note: null } },
      ]),
    ),
  });
  const rows = [
    row('full', { airplane: [70, 67], frog: [60, 70] }),
    row('a', { airplane: [75, 60], frog: [65, 65] }),
    row('b', { airplane: [30, 50] }),
  ];
  const order = rankOrder({ rows } as unknown as SettingComparison);
  expect(order).toMatchObject({ classes: 1, pairs: 3, agreeing: 2 });
  expect(order?.measured.map(({ label }) => label)).toEqual(['a', 'full', 'b']);
  expect(order?.published.map(({ label }) => label)).toEqual(['full', 'a', 'b']);
});

it('pages say which of them are not what the records give, and are mended by writing them again', async () => {
  const project = folder;
  const results = join(project, 'results');
  await cp(committed, results, { recursive: true });
  await cp(join(committed, '../README.md'), join(project, 'README.md'));
  await writeFile(join(project, 'picture.png'), '');
  await writeResults(results);
  const page = join(results, 'ablation-table-1/README.md');
  await writeFile(page, (await readFile(page, 'utf8')).replace('Table 1', 'Table 2'));
  await writeFile(join(results, 'ablation-table-1/old.png'), '');
  expect(await staleResults(results)).toEqual(['ablation-table-1/README.md', 'ablation-table-1/old.png']);
  expect((await writeResults(results)).sort()).toEqual([
    'ablation-table-1/README.md',
    'ablation-table-1/old.png',
  ]);
  // A picture beside the README is no page's.
  expect(await readFile(join(project, 'picture.png'), 'utf8')).toBe('');
}, 240_000);
