import { defineExperiment, type MethodUse } from '@fsad/runner';
import { baselinePreset, full, htdgPreset } from './shared/methods.ts';

/** A variant of the method under its letter in Table 1. */
function ablation(letter: string, variant: string): MethodUse {
  return { detector: 'htdg', variant: letter, preset: htdgPreset, set: { variant } };
}

export default defineExperiment({
  name: 'ablation-table-1',
  title:
    'Table 1 and supplementary Table 6: what the generator, the transformations and the scales are worth',
  datasets: [{ name: 'cifar10', classes: 'all' }],
  shots: [1, 5],
  trials: 10,
  methods: [
    full,
    ablation('a', 'no-generator'),
    ablation('b', 'no-transformations'),
    ablation('c', 'augmentation'),
    ablation('d', 'single-scale-100'),
    ablation('e', 'single-scale-20'),
    { detector: 'pixel-mse', variant: 'f', preset: baselinePreset },
    { detector: 'pixel-mse', variant: 'f-mismatched', preset: 'mismatched' },
    { detector: 'geom-on-samples', variant: 'g', preset: baselinePreset },
  ],
  budgets: {
    paper: {},
    reduced: { trials: 3, testSubset: 500 },
    smoke: { trials: 2, shots: [1], testSubset: 40 },
  },
});
