import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FakeMlflow } from '@fsad/mlflow-client/testing';
import { openJournal, type Cell, type Journal } from '../src/index.ts';

export const cell: Cell = {
  experiment: 'shots',
  budget: 'smoke',
  dataset: 'cifar10',
  class: 'airplane',
  shots: 2,
  detector: 'htdg',
  variant: 'full',
  trial: 0,
};

export const keyOf = (n: number): string => n.toString(16).padStart(2, '0').repeat(32);

/** A trial's journal up to its end: 30 steps of two losses, a picture, a configuration. */
export function writeTrial(
  store: string,
  key: string,
  place: Partial<Cell> = {},
  { auroc = 0.9, at = 1_700_000_000_000, steps = 30 } = {},
): void {
  const journal = beginTrial(store, key, place, at);
  tellSteps(journal, 0, steps);
  endTrial(store, journal, auroc);
  journal.close();
}

export function beginTrial(
  store: string,
  key: string,
  place: Partial<Cell> = {},
  at = 1_700_000_000_000,
): Journal {
  let now = at;
  const journal = openJournal(store, key, { clock: () => now++ });
  journal.start({
    cell: { ...cell, ...place },
    params: { detector: 'htdg', 'settings.width': '32' },
    tags: { 'git.commit': 'abc123', engine: 'wasm', machine: 'linux-x64' },
    split: {
      id: `${key.slice(0, 4)}${'5'.repeat(60)}`,
      dataset: 'cifar10',
      class: 'airplane',
      shots: 2,
      trial: 0,
      rule: 'hash',
      train: [
        { id: 'data_batch_1.bin/7', sha256: 'a'.repeat(64) },
        { id: 'data_batch_2.bin/9', sha256: 'b'.repeat(64) },
      ],
    },
  });
  return journal;
}

export function tellSteps(journal: Journal, from: number, to: number): void {
  for (let step = from; step < to; step++) {
    journal.metrics(step, { 'scale/0/real': 1 / (step + 1), 'scale/0/fake': step === 3 ? NaN : step });
  }
  journal.commit();
}

export function endTrial(store: string, journal: Journal, auroc: number): void {
  const picture = join(store, journal.key.slice(0, 2), journal.key, 'map-0.png');
  mkdirSync(dirname(picture), { recursive: true });
  writeFileSync(picture, `picture of ${journal.key}`);
  journal.artifact('map-0.png', picture);
  journal.document('configuration.json', '{"width":32}');
  journal.end('ok', { results: { auroc, 'auroc/fraction/0.05': auroc + 0.01 } });
}

/** Everything a server holds, with names for its ids: two servers told the same are equal. */
export function contents(mlflow: FakeMlflow): object[] {
  const names = new Map([...mlflow.runs.values()].map(({ id, name }) => [id, name]));
  const runs = [...mlflow.runs.values()].filter(({ deleted }) => !deleted);
  return runs
    .map(({ experimentId, name, status, startTime, endTime, params, tags, points, datasets, artifacts }) => ({
      experiment: mlflow.experiments.get(experimentId)?.name,
      name,
      status,
      startTime,
      endTime,
      params: Object.fromEntries([...params].sort()),
      tags: Object.fromEntries(
        [...tags]
          .filter(([tag]) => !['fsad.store', 'fsad.run'].includes(tag))
          .map(([tag, value]) => [tag, tag === 'mlflow.parentRunId' ? names.get(value) : value])
          .sort(),
      ),
      points: [...points.values()].map((point) => JSON.stringify(point)).sort(),
      datasets: [...datasets.values()],
      artifacts: [...artifacts].map(([path, bytes]) => `${path}: ${bytes.toString()}`).sort(),
    }))
    .sort((a, b) => (a.name + a.experiment < b.name + b.experiment ? -1 : 1));
}
