import { resultSchema, trialKey, type TrialInputs, type TrialResult } from '../../../src/index.ts';

/** A finished trial with something in every field. */
export function resultOf(trial: number): TrialResult {
  const inputs: TrialInputs = {
    configuration: {
      detector: 'htdg',
      settings: { widths: [8, 8], rate: 0.001 },
      seed: trial,
      evaluation: { pixel: true, maps: 1, examples: 1, samples: 1, iterations: [10] },
    },
    split: `${trial}`.repeat(64),
    testSubset: 'a'.repeat(64),
    data: 'b'.repeat(64),
    decoder: 'sharp 1',
    engine: 'native',
    numericVersion: 3,
  };
  const cell = { experiment: 'fuzz', dataset: 'mnist', class: '3', shots: 1, trial } as const;
  const interval = [0.5, 0.9] as const;
  return {
    schema: resultSchema,
    key: trialKey(inputs),
    cells: [{ ...cell, detector: 'htdg', variant: 'full', budget: 'smoke' }],
    status: 'ok',
    failure: null,
    metrics: {
      auroc: 0.7,
      aurocInterval: interval,
      perScale: [0.6, 0.7],
      fractions: { '0.05': 0.7 },
      parts: { other: 0.5 },
      pixel: { auroc: 0.8, pro: 0.5, images: 10 },
      onTheWay: [{ iterations: 10, auroc: 0.6, aurocInterval: interval, perScale: [0.6, 0.7] }],
    },
    inputs,
    split: {
      id: inputs.split,
      dataset: 'mnist',
      class: '3',
      shots: 1,
      trial,
      rule: 'hash',
      options: { colour: 'grey' },
      train: [{ id: 'train/1', sha256: 'c'.repeat(64) }],
    },
    test: { subset: 'test', images: 20, anomalous: 10, available: 100 },
    warnings: ['one picture is missing'],
    artefacts: [
      { kind: 'map', file: 'map-0.png', image: 'test/1', score: 1.5, original: 'map-0-original.png' },
    ],
    provenance: {
      gitCommit: null,
      command: 'fsad run fuzz',
      node: 'v20.0.0',
      engine: { name: 'native', instructionSet: 'avx2', threads: 1 },
      machine: { platform: 'linux-x64', cpu: 'a cpu', cores: 2, memoryBytes: 1e9 },
      startedAt: '2026-01-01T00:00:00.000Z',
      finishedAt: `2026-01-01T00:00:0${trial}.000Z`,
      seconds: { fit: 1, score: 1, total: 2 },
      attempts: 1,
      peakMemoryBytes: 1e6,
    },
  };
}
