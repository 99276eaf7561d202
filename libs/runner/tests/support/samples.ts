import { resultSchema, trialKey, type Cell, type TrialInputs, type TrialResult } from '../../src/index.ts';

export function sampleCell(className: string): Cell {
  return {
    experiment: 'sample',
    dataset: 'generated',
    class: className,
    shots: 1,
    trial: 0,
    detector: 'steady',
    variant: 'full',
    budget: 'smoke',
  };
}

export function sampleInputs(className: string): TrialInputs {
  return {
    configuration: {
      detector: 'steady',
      settings: { steps: 3 },
      seed: 0,
      evaluation: { pixel: false, maps: 0, examples: 0, samples: 0 },
    },
    split: `split of ${className}`,
    testSubset: 'all',
    data: 'fingerprint',
    decoder: 'none',
    engine: 'reference',
    numericVersion: 1,
  };
}

/** A finished trial of class `className`. */
export function sampleResult(className: string): TrialResult {
  const inputs = sampleInputs(className);
  return {
    schema: resultSchema,
    key: trialKey(inputs),
    cells: [sampleCell(className)],
    status: 'ok',
    failure: null,
    metrics: {
      auroc: 0.75,
      aurocInterval: [0.6, 0.9],
      perScale: [0.7, 0.8],
      fractions: { '0.05': 0.75 },
      parts: {},
      pixel: null,
    },
    inputs,
    split: {
      id: inputs.split,
      dataset: 'generated',
      class: className,
      shots: 1,
      trial: 0,
      rule: 'hash',
      options: {},
      train: [{ id: 'train/0', sha256: '0' }],
    },
    test: { subset: 'test', images: 4, anomalous: 2, available: 4 },
    warnings: [],
    artefacts: [],
    provenance: {
      gitCommit: null,
      command: 'fsad run',
      node: 'v20',
      engine: { name: 'reference', instructionSet: null, threads: 1 },
      machine: { platform: 'linux-x64', cpu: 'a cpu', cores: 1, memoryBytes: 1 },
      startedAt: '2026-01-01T00:00:00.000Z',
      finishedAt: '2026-01-01T00:00:02.000Z',
      seconds: { fit: 1, score: 1, total: 2 },
      attempts: 1,
      peakMemoryBytes: 1,
    },
  };
}
