import { defineExperiment } from '@fsad/runner';
import { baseline, differnet, ours1, ours2, patchSvddForDefects } from './shared/methods.ts';

export default defineExperiment({
  name: 'defect-detection',
  title:
    'Figure 5 and supplementary Table 5: every method on the defects of MVTec AD, with 1, 5 and 10 images',
  datasets: [{ name: 'mvtec', classes: 'all' }],
  shots: [1, 5, 10],
  trials: 10,
  methods: [
    differnet(),
    baseline('drocc'),
    patchSvddForDefects,
    baseline('deep-svdd'),
    baseline('geom'),
    baseline('goad'),
    ours1,
    ours2,
  ],
  budgets: {
    paper: {},
    reduced: { trials: 3 },
    smoke: { trials: 1, shots: [1], testSubset: 40 },
  },
});
