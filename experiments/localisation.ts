/**
 * Figure 6: where one-shot models of MVTec AD see defects. Twelve heat maps a trial, and pixel AUROC and PRO against every mask.
 *
 *   npx fsad run experiments/localisation.ts --budget reduced --where class=grid --data data/mvtec
 *
 * Expected: the paper shows three pictures beside DifferNet's and prints no numbers. Heat maps should glow where the masks are; grids and
 * textures more clearly than screws, which lie at any angle.
 *
 * Measured cost: smoke, grid: 14 processor seconds for 3 trials. The other budgets
 * are not measured; --dry-run estimates them.
 */
import { defineExperiment } from '@fsad/runner';
import { differnetLite0, ours1, ours2, patchcore, patchSvddForDefects } from './shared/methods.ts';

export default defineExperiment({
  name: 'localisation',
  title: 'Figure 6: where one-shot models of MVTec AD see defects, drawn and measured against the masks',
  datasets: [{ name: 'mvtec', classes: 'all' }],
  shots: [1],
  trials: 10,
  methods: [differnetLite0, ours1, ours2, patchSvddForDefects, patchcore],
  evaluation: { pixel: true, maps: 12 },
  budgets: {
    paper: {},
    reduced: { trials: 3 },
    smoke: { trials: 1, testSubset: 40, evaluation: { maps: 6 } },
  },
});
