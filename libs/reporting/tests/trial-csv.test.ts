import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTrialCsv } from '../src/trial-csv.ts';
import { fakeSummary } from './fake-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fsad-csv-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

it('a file that cannot be written is an error, not an endless wait for the disk', async () => {
  const csv = openTrialCsv(join(folder, 'absent', 'trials.csv'));
  const summary = fakeSummary({ cell: {} });
  const fill = async (): Promise<void> => {
    for (let i = 0; i < 5000; i++) await csv.add(summary);
    await csv.close();
  };
  await expect(fill()).rejects.toThrow('ENOENT');
});

it('an abandoned file leaves the earlier one and no temporary', async () => {
  const path = join(folder, 'trials.csv');
  const first = openTrialCsv(path);
  await first.add(fakeSummary({ cell: {} }));
  await first.close();
  const before = await readFile(path, 'utf8');
  const second = openTrialCsv(path);
  await second.add(fakeSummary({ cell: { trial: 1 } }));
  await second.abandon();
  expect(await readFile(path, 'utf8')).toBe(before);
  expect(await readdir(folder)).toEqual(['trials.csv']);
});

it('names that a spreadsheet would compute are text', async () => {
  const path = join(folder, 'trials.csv');
  const csv = openTrialCsv(path);
  await csv.add(fakeSummary({ cell: { class: '=1+1' } }));
  await csv.close();
  expect(await readFile(path, 'utf8')).toContain(",'=1+1,");
});
