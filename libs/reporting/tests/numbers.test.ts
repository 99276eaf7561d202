import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultRetryPolicy, MlflowClient } from '@fsad/mlflow-client';
import { startFakeServer, type FakeRun } from '@fsad/mlflow-client/testing';
import { readSummaries, storedResults } from '@fsad/runner';
import { syncStore } from '@fsad/tracking';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishedTable } from '../src/published.ts';
import { writeReport } from '../src/index.ts';
import { storeFake, type FakeTrial } from './fake-store.ts';

// Student's t at 97.5 %, by degrees of freedom: scipy 1.17, stats.t.ppf.
const t = new Map([
  [2, 4.302652729749462],
  [9, 2.2621571627409915],
]);
const counts = [1, 2, 3, 10];
const classOf = (trials: number): string => ({ 1: '0', 2: '1', 3: '2', 10: '3' })[trials] as string;
const auroc = (trials: number, trial: number): number => 0.97 - 0.011 * ((7 * trial + trials) % 10);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fsad-numbers-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A store with 1, 2, 3 and 10 trials a cell, each count in a class of its own. */
async function filledStore(): Promise<string> {
  const fakes = counts.flatMap((trials): FakeTrial[] =>
    Array.from({ length: trials }, (_, trial) => ({
      cell: { class: classOf(trials), trial },
      auroc: auroc(trials, trial),
    })),
  );
  const store = join(folder, 'store');
  await storeFake(store, fakes);
  return store;
}

async function report(): Promise<{ store: string; one: string }> {
  const [store, out] = [await filledStore(), join(folder, 'out')];
  await writeReport(store, out);
  return { store, one: join(out, 'anomaly-detection-reduced') };
}

/** What the records of a class say, by the formulas alone. */
async function recomputed(store: string, className: string) {
  const values: number[] = [];
  for await (const { cell, metrics } of readSummaries(store)) {
    if (cell.class === className && metrics) values.push(100 * metrics.auroc);
  }
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const half = ((t.get(n - 1) ?? NaN) * std) / Math.sqrt(n);
  return { n, values, mean, std, low: Math.max(0, mean - half), high: Math.min(100, mean + half) };
}

describe('a report of 1, 2, 3 and 10 trials a cell', () => {
  it('has in its CSV what the records say, and no spread, interval or difference below three trials', async () => {
    const { store, one } = await report();
    const [head, ...rows] = (await readFile(join(one, 'summary.csv'), 'utf8'))
      .trim()
      .split('\n')
      .map((row) => row.split(','));
    const paper = publishedTable('methods', 'mnist', 1);
    for (const trials of counts) {
      const className = classOf(trials);
      const row = rows.find((cells) => cells[head.indexOf('class')] === className) ?? [];
      const value = (name: string): number | null => {
        const text = row[head.indexOf(name)];
        return text === '' ? null : Number(text);
      };
      const { n, mean, std, low, high } = await recomputed(store, className);
      expect(n).toBe(trials);
      expect(value('trials')).toBe(trials);
      expect(value('mean')).toBeCloseTo(mean, 9);
      expect(value('paper_mean')).toBe(paper?.value('Ours', { class: className })?.mean);
      if (trials < 3) {
        for (const name of ['std', 'low', 'high', 'difference', 'difference_low', 'difference_high']) {
          expect([name, value(name)]).toEqual([name, null]);
        }
      } else {
        expect(value('std')).toBeCloseTo(std, 9);
        expect(value('low')).toBeCloseTo(low, 6);
        expect(value('high')).toBeCloseTo(high, 6);
        expect(value('difference')).toBeCloseTo(mean - (value('paper_mean') ?? NaN), 9);
      }
    }
  });

  it('writes on its page the trials themselves below three, else mean and deviation, all in percent', async () => {
    const { store, one } = await report();
    const page = (await readFile(join(one, 'index.html'), 'utf8')).replace(/\s+/g, ' ');
    for (const trials of counts) {
      const { values, mean, std } = await recomputed(store, classOf(trials));
      const shown =
        trials < 3
          ? values.map((value) => value.toFixed(1)).join(', ')
          : `${mean.toFixed(1)} ± ${std.toFixed(1)}`;
      expect(page).toContain(`>${shown}<small>`);
      for (const value of values) expect(page).toContain(`>${value.toFixed(1)}</td>`);
    }
    expect(page).not.toMatch(/AUROC 0\.\d/);
    expect(await readdir(one)).toContain('tables.md');
  });

  it('gives no number beyond what an AUROC can be', async () => {
    const store = join(folder, 'high');
    await storeFake(
      store,
      [0.7, 0.99, 1].map((value, trial) => ({ cell: { trial }, auroc: value })),
    );
    await writeReport(store, join(folder, 'out'));
    const csv = await readFile(join(folder, 'out/anomaly-detection-reduced/summary.csv'), 'utf8');
    const [head, row] = csv.split('\n').map((line) => line.split(','));
    expect(Number(row[head.indexOf('high')])).toBe(100);
  });
});

/** The latest value of every metric of a run. */
function metricsOf(run: FakeRun): Record<string, number> {
  const points = [...run.points.values()].sort((a, b) => a.timestamp - b.timestamp || a.step - b.step);
  return Object.fromEntries(points.map(({ key, value }) => [key, value]));
}

it('MLflow has of 1, 2, 3 and 10 trials a cell what the records say, from 0 to 1', async () => {
  const store = await filledStore();
  const server = await startFakeServer();
  try {
    const client = new MlflowClient({ uri: server.url, retry: defaultRetryPolicy });
    // The first makes the journals that the fake store lacks; what ended while it went on is summed up by the second.
    for (const time of [1, 2]) {
      const { failures, stopped } = await syncStore(store, client, { results: storedResults(store) });
      expect({ time, failures, stopped }).toEqual({ time, failures: [], stopped: null });
    }
    const runs = [...server.mlflow.runs.values()];
    for (const trials of counts) {
      const { values, mean, std, low, high } = await recomputed(store, classOf(trials));
      const own = runs.filter(({ params }) => params.get('class') === classOf(trials));
      const parents = own.filter(({ params }) => !params.has('trial'));
      expect(parents).toHaveLength(1);
      const summary = metricsOf(parents[0]);
      expect(summary.trials).toBe(trials);
      expect(100 * summary['auroc/mean']).toBeCloseTo(mean, 9);
      const spread = ['auroc/std', 'auroc/low', 'auroc/high'].map((name) => summary[name]);
      if (trials < 3) expect(spread).toEqual([undefined, undefined, undefined]);
      else
        for (const [i, wanted] of [std, low, high].entries()) expect(100 * spread[i]).toBeCloseTo(wanted, 6);
      const told = own.filter(({ params }) => params.has('trial')).map((run) => 100 * metricsOf(run).auroc);
      expect(told.sort()).toEqual(values.sort());
    }
    expect(server.mlflow.violations).toEqual([]);
  } finally {
    await server.stop();
  }
});
