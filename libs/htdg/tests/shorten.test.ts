import { expect, it } from 'vitest';
import { method, presets } from '../src/index.ts';

it.each(['grey', 'rgb'] as const)('a shorter %s fit is whole periods of the generator', (colour) => {
  const { training } = presets.fast;
  const short = method.shorten!(presets.fast, colour);
  expect(short.steps * training.generatorEvery).toBe(training.iterations[colour]);
  expect(short.settings(1).training.iterations[colour]).toBe(training.generatorEvery);
});

it('scores defects by 5 % of the patches with one image and 10 % with more (Sec. 3.3), everything else by the preset', () => {
  const fraction = (task: 'one-class' | 'defects', shots: number): number =>
    method.presetFor!('fast', { task, shots }).scoring.fraction;
  expect(fraction('defects', 1)).toBe(0.05);
  expect(fraction('defects', 5)).toBe(0.1);
  expect(fraction('one-class', 1)).toBe(presets.fast.scoring.fraction);
});
