import { defineExperiment } from '@fsad/runner';
import { fullOnParis } from './shared/methods.ts';

export default defineExperiment({
  name: 'qualitative',
  title: 'Figure 3: what one-shot models of Paris generate, find and miss',
  datasets: [{ name: 'paris', classes: 'all' }],
  shots: [1],
  trials: 1,
  methods: [fullOnParis],
  evaluation: { samples: 6, examples: 4 },
  budgets: {
    paper: {},
    reduced: {},
    smoke: { testSubset: 40 },
  },
});
