import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '@fsad/files';
import { cellId, differences, trialKey, type Cell, type TrialInputs } from '../src/index.ts';

const inputs: TrialInputs = {
  configuration: {
    detector: 'htdg',
    settings: { iterations: 500, scales: [26, 32] },
    seed: 3,
    evaluation: { pixel: false, maps: 0, examples: 0, samples: 0 },
  },
  split: 's',
  testSubset: 't',
  data: 'd',
  decoder: 'sharp 0.35.5',
  engine: 'native',
  numericVersion: 1,
};
const cell: Cell = {
  experiment: 'x',
  dataset: 'mvtec',
  class: 'metal nut',
  shots: 5,
  trial: 0,
  detector: 'htdg',
  variant: 'full',
  budget: 'smoke',
};

describe('trial key', () => {
  it('is the SHA-256 of the canonical inputs under a versioned prefix', () => {
    const expected = createHash('sha256')
      .update(`fsad-trial-v1\0${canonicalJson(inputs)}`)
      .digest('hex');
    expect(trialKey(inputs)).toBe(expected);
  });
  it.each<[string, Partial<TrialInputs>]>([
    [
      'a setting',
      { configuration: { ...inputs.configuration, settings: { iterations: 501, scales: [26, 32] } } },
    ],
    ['the seed', { configuration: { ...inputs.configuration, seed: 4 } }],
    ['the split', { split: 'other' }],
    ['the test subset', { testSubset: 'other' }],
    ['the data', { data: 'other' }],
    ['the decoder', { decoder: 'other' }],
    ['the engine', { engine: 'wasm' }],
    ['the numeric version', { numericVersion: 2 }],
  ])('changes with %s', (_, change) => {
    expect(trialKey({ ...inputs, ...change })).not.toBe(trialKey(inputs));
  });
});

describe('cell id', () => {
  it('is readable and keeps names with separators apart', () => {
    expect(cellId(cell)).toBe('x/mvtec/metal%20nut/5/0/htdg/full/smoke');
    expect(cellId({ ...cell, class: 'a/b', variant: 'c' })).not.toBe(
      cellId({ ...cell, class: 'a', variant: 'b/c' }),
    );
  });
});

describe('differences', () => {
  it('names each setting that changed, with both values', () => {
    const now = {
      ...inputs,
      engine: 'wasm',
      configuration: { ...inputs.configuration, settings: { iterations: 9 } },
    };
    expect(differences(inputs, now)).toEqual([
      'configuration.settings.iterations: 500 is now 9',
      'configuration.settings.scales: [26,32] is now absent',
      'engine: "native" is now "wasm"',
    ]);
  });
});
