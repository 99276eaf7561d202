/**
 * my-experiment: what it compares, and the numbers to expect.
 *
 *   fsad run my-experiment.ts                      # smoke: seconds, to see that it works; its numbers mean nothing
 *   fsad run my-experiment.ts --budget reduced --dry-run
 *   fsad report --store runs/store --out runs/report
 *
 * Stop it with Ctrl-C; the same line goes on. Every key is checked before the first trial.
 */
import { defineExperiment } from 'fsad';

/** A method's settings by budget: `fsad presets` lists them. */
const preset = { paper: 'official', reduced: 'few-shot', smoke: 'smoke' } as const;

export default defineExperiment({
  name: 'my-experiment',
  title: 'Two floors that a method which learns should be above, on generated parts',
  // `fsad datasets list` says what there is; a folder of your own is { name: 'folder', classes: 'all' } and --data FOLDER.
  datasets: [{ name: 'generated', classes: ['part'] }],
  // How many pictures are learned from, and how many draws of them.
  shots: [1, 5],
  trials: 3,
  // Columns of the tables. A detector of your own is the path of its file: { detector: './brightness.ts', ... }; fsad init detector brightness writes one.
  methods: [
    { detector: 'nearest-pixel', variant: 'full', preset },
    { detector: 'nearest-pixel', variant: 'coarse', preset, set: { size: 16 } },
    { detector: 'pixel-mse', variant: 'full', preset },
  ],
  // `pixel: true` also judges where the defects are, for methods with maps.
  evaluation: { pixel: false },
  budgets: {
    paper: {},
    reduced: { trials: 2 },
    smoke: { trials: 1, shots: [1], testSubset: 20 },
  },
});
