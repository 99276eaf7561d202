import { defineExperiment } from '@fsad/runner';

/** Two classes, two methods, one trial each: four cells, each done in well under a second. */
export default defineExperiment({
  name: 'tiny',
  title: 'For tests of the command line',
  datasets: [{ name: 'generated', classes: ['surface', 'disc'] }],
  shots: [1],
  trials: 1,
  methods: [
    { detector: 'pixel-mse', variant: 'default', preset: 'official' },
    {
      detector: 'htdg',
      variant: 'full',
      preset: 'smoke',
      set: {
        pyramid: { sizes: [16] },
        network: { widths: [8] },
        transforms: { set: 'rotations' },
        training: { iterations: { grey: 3, rgb: 3 } },
      },
    },
  ],
  budgets: { paper: {}, reduced: {}, smoke: { testSubset: 8 } },
});
