import { defineExperiment } from '@fsad/runner';
import { ours2 } from './shared/methods.ts';

export default defineExperiment({
  name: 'mvtec-patch-percentage',
  title: 'Figure 7 and supplementary Table 7: how large a part of the patches should make the score',
  datasets: [{ name: 'mvtec', classes: 'all' }],
  shots: [1, 5, 10],
  trials: 10,
  methods: [ours2],
  budgets: {
    paper: {},
    reduced: { trials: 3 },
    smoke: { trials: 2, testSubset: 40 },
  },
});
