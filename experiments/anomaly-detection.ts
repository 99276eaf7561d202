import { defineExperiment } from '@fsad/runner';
import { baseline, full, fullOnParis } from './shared/methods.ts';

export default defineExperiment({
  name: 'anomaly-detection',
  title: 'Figure 2 and supplementary Tables 1 to 3: every method on four datasets, with 1, 5 and 10 images',
  datasets: [
    { name: 'paris', classes: 'all' },
    { name: 'cifar10', classes: 'all' },
    { name: 'fashion-mnist', classes: 'all' },
    { name: 'mnist', classes: 'all' },
  ],
  shots: [1, 5, 10],
  trials: 10,
  methods: [
    baseline('patch-svdd'),
    baseline('drocc'),
    baseline('deep-svdd'),
    baseline('geom'),
    baseline('goad'),
    full,
    fullOnParis,
  ],
  budgets: {
    paper: {},
    reduced: { trials: 3, testSubset: 500 },
    smoke: { trials: 1, shots: [1], testSubset: 40 },
  },
});
