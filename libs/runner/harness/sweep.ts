import { defineExperiment, defaultRegistry, type RunOptions } from '../src/index.ts';

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

/** The sweep in a store, one thread a trial. */
export function sweepOptions(
  given: Pick<RunOptions, 'store' | 'workers' | 'onEvent'> & { readonly trials: number },
): RunOptions {
  const never = new AbortController().signal;
  return {
    request: {
      experiment: sweepExperiment(given.trials),
      budget: 'smoke',
      where: [],
      set: [],
      seed: 0,
      splitRule: 'hash',
      subset: 'test',
      engine: 'auto',
      data: new Map(),
    },
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
