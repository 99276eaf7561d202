import { expect, it } from 'vitest';
import { groupName, trialName } from '../src/identity.ts';

const cell = (variant: string) => ({
  ...{ experiment: 'x', budget: 'smoke', dataset: 'cifar10', class: 'cat', shots: 1, trial: 0 },
  ...{ detector: 'htdg', variant },
});

it.each([
  ['full', 'htdg full · cat · 1-shot'],
  ['f-mismatched', 'htdg f-mismatched · cat · 1-shot'],
  ['default', 'htdg · cat · 1-shot'],
  ['full.learningRate-0.001', '0.001 learningRate · htdg full · cat · 1-shot'],
  ['full.shift-0.5.steps-1e-4', '0.5 shift · 1e-4 steps · htdg full · cat · 1-shot'],
  ['default.set-all', 'all set · htdg · cat · 1-shot'],
])('the run of %s has a name that begins with what differs', (variant, start) => {
  expect(groupName(cell(variant))).toBe(`${start} · cifar10 smoke`);
  expect(trialName(cell(variant))).toBe(`${start} · t0 · cifar10 smoke`);
});
