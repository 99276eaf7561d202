import { trialKey, type Cell, type TrialInputs } from '@fsad/runner';
import type { TrialRecord } from '../src/results/record.ts';

/** A trial of the full method on CIFAR10 with whatever differs. */
export function fakeRecord(
  cell: Partial<Cell>,
  auroc: number,
  settings: unknown = { steps: 3 },
): TrialRecord {
  const whole: Cell = {
    experiment: 'ablation-table-1',
    dataset: 'cifar10',
    class: 'airplane',
    shots: 1,
    trial: 0,
    detector: 'htdg',
    variant: 'full',
    budget: 'reduced',
    ...cell,
  };
  const evaluation = { pixel: false, maps: 0, examples: 0, samples: 0 };
  const inputs: TrialInputs = {
    configuration: { detector: whole.detector, settings, seed: whole.trial, evaluation },
    split: `split of ${whole.class} ${whole.trial}`,
    testSubset: 'subset',
    data: 'data',
    decoder: 'decoder',
    engine: 'native',
    numericVersion: 1,
  };
  return {
    key: trialKey(inputs),
    cells: [whole],
    status: 'ok',
    failure: null,
    inputs,
    train: ['train/1'],
    test: { subset: 'test', images: 500, anomalous: 450, available: 10000 },
    warnings: [],
    metrics: {
      auroc,
      aurocInterval: null,
      perScale: [auroc],
      fractions: { '1': auroc },
      parts: {},
      pixel: null,
    },
    provenance: {
      commit: 'abc',
      engine: 'native',
      threads: 1,
      cpu: 'cpu',
      node: 'v20',
      finishedAt: '2026-11-28T00:00:00.000Z',
      clock: 'wall',
      seconds: { fit: 1, score: 2, total: 3 },
    },
  };
}
