/**
 * Figure 6: where one-shot models of MVTec AD see defects. Twelve heat maps a trial, and pixel AUROC and PRO against every mask.
 *
 *   npx fsad run experiments/localisation.ts --budget reduced --where class=grid --data data/mvtec
 *
 * Expected: the paper shows three pictures beside DifferNet's and prints no numbers. Heat maps should glow where the masks are; grids and
 * textures more clearly than screws, which lie at any angle.
 *
 * Measured cost, one thread of a busy machine: reduced: Ours1 20 s a trial, Ours2 4 minutes, PatchSVDD 2 minutes, differnet-lite0 6 minutes. What is not here --dry-run
 * estimates.
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
