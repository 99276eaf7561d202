/**
 * my-detector beside two methods of the project, on the same splits.
 *
 *   fsad run my-detector-experiment.ts             # smoke: seconds, to see that it works
 *   fsad run my-detector-experiment.ts --budget reduced
 *   fsad report --store runs/store --out runs/report
 */
import { defineExperiment } from 'fsad';

const preset = { paper: 'official', reduced: 'few-shot', smoke: 'smoke' } as const;

export default defineExperiment({
  name: 'my-detector-experiment',
  title: 'my-detector beside two floors, on generated parts',
  datasets: [{ name: 'generated', classes: ['part'] }],
  shots: [1, 5],
  trials: 3,
  methods: [
    // The path of a detector's file, from this one's folder. Results and --set know it by the name it says.
    { detector: './my-detector.ts', variant: 'full', preset },
    { detector: 'nearest-pixel', variant: 'full', preset },
    { detector: 'pixel-mse', variant: 'full', preset },
  ],
  evaluation: { pixel: false },
  budgets: {
    paper: {},
    reduced: { trials: 2 },
    smoke: { trials: 1, shots: [1], testSubset: 20 },
  },
});
