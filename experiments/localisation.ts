import { defineExperiment } from '@fsad/runner';
import { ours1, ours2, patchSvddForDefects } from './shared/methods.ts';

export default defineExperiment({
  name: 'localisation',
  title: 'Figure 6: where one-shot models of MVTec AD see defects, drawn and measured against the masks',
  datasets: [{ name: 'mvtec', classes: 'all' }],
  shots: [1],
  trials: 10,
  methods: [ours1, ours2, patchSvddForDefects],
  evaluation: { pixel: true, maps: 12 },
  budgets: {
    paper: {},
    reduced: { trials: 3 },
    smoke: { trials: 1, testSubset: 40, evaluation: { maps: 6 } },
  },
});
