import { expect, it } from 'vitest';
import { randomStream } from '@fsad/tensors';
import { initialState } from '../src/initial-state.ts';
import { runningShapes, trainableShapes } from '../src/layout.ts';

const spec = { inputChannels: 4, width: 32, outputChannels: 3, padding: 'valid' } as const;
const start = initialState(spec, (name) => randomStream(0, name));
const values = (name: string): number[] => [...start.get(name)!.data];
const mean = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;

it('a network starts with every tensor of its kind, and nothing else', () => {
  const shapes = new Map([...trainableShapes(spec), ...runningShapes(spec)]);
  expect(new Map([...start].map(([name, { shape }]) => [name, shape]))).toEqual(shapes);
});

it('draws weights from N(0, 0.02) and scales of norms from N(1, 0.02)', () => {
  const weights = values('block1.conv.weight');
  expect(Math.abs(mean(weights))).toBeLessThan(0.001);
  expect(Math.sqrt(mean(weights.map((w) => w * w)))).toBeCloseTo(0.02, 3);
  const scales = [0, 1, 2, 3].flatMap((block) => values(`block${block}.norm.weight`));
  expect(Math.abs(mean(scales) - 1)).toBeLessThan(0.008);
  expect(Math.sqrt(mean(scales.map((s) => (s - 1) ** 2)))).toBeCloseTo(0.02, 2);
});

it.each([
  [0, 4],
  [1, 32],
  [4, 32],
])('draws the biases of block %i evenly within 1 / sqrt(9 * %i)', (block, inputs) => {
  const bound = 1 / Math.sqrt(9 * inputs);
  const biases = values(`block${block}.conv.bias`);
  expect(Math.max(...biases.map(Math.abs))).toBeLessThanOrEqual(bound);
  if (block < 4) expect(Math.max(...biases.map(Math.abs))).toBeGreaterThan(0.8 * bound);
});

it('starts norms without a shift, with mean 0 and variance 1', () => {
  for (const block of [0, 1, 2, 3]) {
    expect(values(`block${block}.norm.bias`).every((v) => v === 0)).toBe(true);
    expect(values(`block${block}.norm.runningMean`).every((v) => v === 0)).toBe(true);
    expect(values(`block${block}.norm.runningVariance`).every((v) => v === 1)).toBe(true);
  }
});
