import { defineExperiment } from '@fsad/runner';
import { baseline, full } from './shared/methods.ts';

export default defineExperiment({
  name: 'shots-cifar10',
  title: 'Figure 4 and supplementary Table 4: what more training images bring, on CIFAR10',
  datasets: [{ name: 'cifar10', classes: 'all' }],
  shots: [1, 5, 10, 50, 80],
  trials: 10,
  methods: [
    baseline('patch-svdd'),
    baseline('drocc'),
    baseline('deep-svdd'),
    baseline('geom'),
    baseline('goad'),
    full,
  ],
  budgets: {
    paper: {},
    reduced: { trials: 3, testSubset: 500 },
    smoke: { trials: 1, shots: [1, 5], testSubset: 40 },
  },
});
