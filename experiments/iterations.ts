/**
 * How AUROC changes while a model learns: one training, scored after 12 to 1,000 iterations of each of its three coarse scales.
 *
 *   npx fsad run experiments/iterations.ts --budget reduced --where class=airplane --data data/cifar-10-batches-bin
 *
 * The paper prints no such curve; its numbers are those of 1,000 iterations for three colours and 500 for grey. A scale is scored as it was after so many
 * of its own iterations, while the scales below it had had all of theirs: at the coarsest scale that is what a shorter training gives, at the others nearly.
 *
 * Budgets differ in the training alone: `paper` is the published one cut to its three coarse scales, `reduced` that of `fast`, whose generator takes part in every fifth
 * iteration; in the variant `always` it takes part in every one, so that what the generator does shows apart from what more iterations do.
 *
 * Measured cost, one thread of a busy machine: reduced, one shot: RGB 10 to 18 minutes of training and 0.08 s an image and score, grey 6 to 18 minutes and 0.04 s.
 */
import { defineExperiment } from '@fsad/runner';
import { htdgPreset } from './shared/methods.ts';

const steps = [12, 25, 50, 100, 200, 500, 1000];
const threeScales = { pyramid: { sizes: [26, 32, 41] }, network: { widths: [32, 32, 32] } };
const iterations = (count: number): Record<string, unknown> => ({
  training: { iterations: { grey: count, rgb: count } },
});

export default defineExperiment({
  name: 'iterations',
  title: 'AUROC against iterations: what a model gains and loses while it learns',
  datasets: [
    { name: 'cifar10', classes: ['airplane', 'automobile', 'frog', 'ship', 'cat', 'horse'] },
    { name: 'mnist', classes: ['3', '8'] },
    { name: 'fashion-mnist', classes: ['coat', 't-shirt'] },
  ],
  shots: [1, 5, 10],
  trials: 3,
  methods: [
    {
      detector: 'htdg',
      variant: 'three-scales',
      preset: htdgPreset,
    },
    {
      detector: 'htdg',
      variant: 'always',
      preset: htdgPreset,
      set: { training: { generatorEvery: 1 } },
    },
  ],
  evaluation: { iterations: steps },
  budgets: {
    paper: { shots: [1], testSubset: 500, set: { htdg: { ...threeScales, ...iterations(1000) } } },
    reduced: { testSubset: 500, set: { htdg: iterations(1000) } },
    smoke: { trials: 1, shots: [1], testSubset: 40, evaluation: { iterations: [2, 5] } },
  },
});
