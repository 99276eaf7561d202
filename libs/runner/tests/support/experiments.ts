import { defineExperiment, type Experiment } from '../../src/index.ts';
import type { RunOptions } from '../../src/open-run.ts';
import { wholeExperiment, type PlanRequest } from '../../src/plan/index.ts';

export const registryAddress = new URL('./registry.ts', import.meta.url).href;

/** Two classes, two numbers of shots, one method, two trials: eight cells. */
export function smallExperiment(changes: Partial<Experiment> = {}): Experiment {
  return defineExperiment({
    name: 'small',
    title: 'A fake sweep',
    datasets: [{ name: 'mnist', classes: 'all' }],
    shots: [1, 2],
    trials: 2,
    methods: [{ detector: 'steady', variant: 'full', preset: 'plain' }],
    budgets: { paper: {}, reduced: {}, smoke: {} },
    ...changes,
  });
}

export function request(experiment: Experiment, changes: Partial<PlanRequest> = {}): PlanRequest {
  return { ...wholeExperiment(experiment, 'smoke'), ...changes };
}

export function runOptions(
  store: string,
  experiment: Experiment,
  changes: Partial<RunOptions> = {},
): RunOptions {
  return {
    request: request(experiment),
    registry: registryAddress,
    store,
    workers: 2,
    replace: false,
    retryFailed: false,
    command: 'fsad run small.ts',
    onEvent: () => undefined,
    stop: new AbortController().signal,
    kill: new AbortController().signal,
    ...changes,
  };
}
