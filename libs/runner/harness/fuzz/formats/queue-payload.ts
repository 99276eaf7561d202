import { queuedTrial, toQueue } from '../../../src/queue/payload.ts';
import { allJson, type Format } from '../format.ts';
import { resultOf } from './stored-trial.ts';

const { key, cells, inputs } = resultOf(0);

/** A trial as it waits in the queue. */
export const queuePayloadFormat: Format = {
  name: 'queue-payload',
  json: allJson,
  async samples() {
    const engine = { name: 'native', runtime: 'native', instructionSet: null, coreGroup: 1 };
    const draw = { rule: 'hash', subset: 'test', testCount: 20 } as const;
    const origin = { command: 'fsad run x', gitCommit: null };
    return [Buffer.from(JSON.stringify(toQueue({ key, cells, inputs, draw, engine, origin }, 'data/mnist')))];
  },
  async read(bytes) {
    // The library of the queue parses the text, and knows how to go on where it cannot.
    const data: unknown = JSON.parse(Buffer.from(bytes).toString());
    return { meaning: queuedTrial(key, data), identity: null };
  },
  isRefusal: (error) =>
    error instanceof SyntaxError || (error as Error).message.startsWith('the queue holds '),
};
