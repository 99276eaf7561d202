import { expect, it } from 'vitest';
import { method as htdg } from '@fsad/htdg';
import { method as patchcore } from '@fsad/patchcore';
import { method as pixelMse } from '@fsad/pixel-mse';
import { configure } from '../src/index.ts';

const purpose = { task: 'one-class', shots: 1 } as const;

it('takes the method’s default preset for the purpose, then shorthands, then single keys', () => {
  const { preset, config } = configure(htdg, {
    purpose: { task: 'defects', shots: 1 },
    shorthands: { iterations: 7, variant: undefined },
    set: ['training.iterations.rgb=9'],
  });
  expect(preset).toBe('fast-rotations');
  expect(config.training.iterations).toEqual({ grey: 7, rgb: 9 });
  expect(config.scoring.fraction).toBe(0.05);
  expect(config.variant).toBe('full');
});

it('takes the preset for one class against others where that is the purpose', () => {
  expect(configure(htdg, { purpose }).preset).toBe('fast');
});

it('takes a feature network of one’s own by a plain word', () => {
  const shorthands = { features: 'own.onnx' };
  const { config } = configure(patchcore, { purpose, shorthands });
  expect(config).toMatchObject({ features: 'own.onnx', layers: [0] });
  const more = configure(patchcore, { purpose, shorthands, set: ['layers=[0,1]'] });
  expect(more.config).toMatchObject({ layers: [0, 1] });
});

it.each([
  [{ preset: 'fast' }, 'pixel-mse has no preset "fast"; there are official, few-shot, smoke, mismatched'],
  [{ shorthands: { iterations: 7 } }, 'pixel-mse has no --iterations; --set changes size, form'],
  [{ set: ['sise=3'] }, 'no configuration key "sise"; there are size, form'],
  [{ set: ['size=large'] }, 'size'],
])('refuses %j with a reason', (request, reason) => {
  expect(() => configure(pixelMse, { purpose, ...request })).toThrow(reason);
});
