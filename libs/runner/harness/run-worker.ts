import { parseArgs } from 'node:util';
import { defaultRegistry } from '../src/index.ts';
import { serveQueue } from '../src/queue/index.ts';

// A worker of a queue, one trial at a time, until it is killed.

const { values } = parseArgs({ options: { store: { type: 'string' }, queue: { type: 'string' } } });
const never = new AbortController().signal;
await serveQueue({
  queue: values.queue as string,
  store: values.store as string,
  registry: defaultRegistry,
  data: new Map(),
  workers: 1,
  threads: 1,
  silenceMs: 5000,
  onEvent: () => undefined,
  stop: never,
  kill: never,
});
