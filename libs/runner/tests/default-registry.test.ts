import { expect, it } from 'vitest';
import { presets, type HtdgConfig } from '@fsad/htdg';
import { registry } from '../src/default-registry.ts';

it.each(['grey', 'rgb'] as const)('a shorter %s fit is whole periods of the generator', (colour) => {
  const { training } = presets.fast;
  const short = registry.shorten('htdg', presets.fast, colour)!;
  expect(short.steps * training.generatorEvery).toBe(training.iterations[colour]);
  const one = short.settings(1) as HtdgConfig;
  expect(one.training.iterations[colour]).toBe(training.generatorEvery);
});
