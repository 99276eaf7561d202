import { parseArgs } from 'node:util';
import { runExperiment } from '../src/index.ts';
import { runOnQueue } from '../src/queue/index.ts';
import { sweepOptions } from './sweep.ts';

// The process that the harness kills: the sweep in one store, to its end. Leaves with 0 once every trial has a good result.

const { values } = parseArgs({
  options: {
    store: { type: 'string' },
    trials: { type: 'string' },
    workers: { type: 'string' },
    queue: { type: 'string' },
  },
});
const options = sweepOptions({
  store: values.store as string,
  trials: Number(values.trials),
  workers: Number(values.workers),
  onEvent: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
});
const summary = await (values.queue ? runOnQueue(options, values.queue) : runExperiment(options));
process.exitCode = summary.ok === summary.cells ? 0 : 1;
