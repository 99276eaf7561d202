import { parseArgs } from 'node:util';
import { runExperiment } from '../src/index.ts';
import { runOnQueue } from '../src/queue/index.ts';
import { harnessOptions, heavyExperiment, sweepExperiment } from './sweep.ts';

// The process that the harness kills or times: the sweep in one store, to its end. Leaves with 0 once every trial has a good result.

const { values } = parseArgs({
  options: {
    store: { type: 'string' },
    trials: { type: 'string' },
    workers: { type: 'string' },
    queue: { type: 'string' },
    heavy: { type: 'boolean', default: false },
  },
});
const experiment = (values.heavy ? heavyExperiment : sweepExperiment)(Number(values.trials));
const options = harnessOptions({
  experiment,
  store: values.store as string,
  workers: Number(values.workers),
  onEvent: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
});
const summary = await (values.queue ? runOnQueue(options, values.queue) : runExperiment(options));
process.exitCode = summary.ok === summary.cells ? 0 : 1;
