/**
 * Figure 3: what one-shot models of Paris generate, and test pictures they judge rightly and wrongly: six samples, and the four most certain pictures
 * of each outcome at the threshold of the best F1.
 *
 *   npx fsad run experiments/qualitative.ts --budget reduced --where class=louvre --data data/paris
 *
 * Expected: pictures; the paper prints no numbers for this figure. Its one-shot AUROC on Paris is 66.6 averaged over the classes, for the
 * Louvre 61.7.
 *
 * Ours at the budget `reduced`, the first picture of the Louvre: 80.1 (results/qualitative).
 *
 * Measured cost, one thread of a busy machine: reduced, Louvre: 50 s for 1 trial; smoke: 9 s. The budget `paper` is not measured; --dry-run
 * estimates it.
 */
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
