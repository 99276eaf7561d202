import {
  defaultRegistry,
  defineExperiment,
  wholeExperiment,
  type Experiment,
  type RunOptions,
} from '../src/index.ts';

/** What the harness runs: real trials of about a second, learned and read, with every kind of side file. */
export function sweepExperiment(trials: number) {
  return defineExperiment({
    name: 'torture',
    title: 'A small sweep over generated pictures',
    datasets: [{ name: 'generated', classes: ['surface', 'disc'] }],
    shots: [1],
    trials,
    methods: [
      {
        detector: 'htdg',
        variant: 'small',
        preset: 'fast-rotations',
        set: {
          pyramid: { sizes: [16, 20] },
          network: { widths: [8, 8] },
          training: { iterations: { grey: 40, rgb: 40 } },
        },
      },
      { detector: 'pixel-mse', variant: 'mse', preset: 'smoke' },
    ],
    evaluation: { pixel: true, maps: 1, examples: 1, samples: 1 },
    budgets: { paper: {}, reduced: {}, smoke: { testSubset: 20 } },
  });
}

/** Longer trials that only learn and score, about 20 seconds each: what `npm run side-by-side` times. */
export function heavyExperiment(trials: number) {
  return defineExperiment({
    name: 'side-by-side',
    title: 'Trials of 20 seconds',
    datasets: [{ name: 'generated', classes: ['surface'] }],
    shots: [1],
    trials,
    methods: [
      {
        detector: 'htdg',
        variant: 'small',
        preset: 'fast-rotations',
        set: {
          pyramid: { sizes: [20, 26] },
          network: { widths: [16, 16] },
          training: { iterations: { grey: 1000, rgb: 1000 } },
        },
      },
    ],
    budgets: { paper: {}, reduced: {}, smoke: {} },
  });
}

/** An experiment in a store, one thread a trial. */
export function harnessOptions(
  given: Pick<RunOptions, 'store' | 'workers' | 'onEvent'> & { readonly experiment: Experiment },
): RunOptions {
  const never = new AbortController().signal;
  return {
    request: wholeExperiment(given.experiment, 'smoke'),
    registry: defaultRegistry,
    store: given.store,
    workers: given.workers,
    threads: 1,
    replace: false,
    retryFailed: false,
    command: 'npm run torture',
    onEvent: given.onEvent,
    stop: never,
    kill: never,
  };
}
