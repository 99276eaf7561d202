import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { torture } from './torture.ts';

// npm run torture: fifty random kills over a small sweep; leaves with 0 when every result has the bytes of an uninterrupted run.

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    trials: { type: 'string', default: '6' },
    workers: { type: 'string', default: '2' },
    queue: { type: 'boolean', default: false },
    folder: { type: 'string' },
  },
});
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'fsad-torture-'));
const outcome = await torture({
  folder,
  kills: Number(values.kills),
  seed: Number(values.seed),
  trials: Number(values.trials),
  workers: Number(values.workers),
  queue: values.queue,
  say: (line) => process.stderr.write(`${line}\n`),
});
const { killedRunners, killedWorkers, redisCrashes, sweeps, trials, differences } = outcome;
const crashes = values.queue ? `, ${redisCrashes} crashes of Redis` : '';
process.stdout.write(
  `${killedRunners} kills of the runner and ${killedWorkers} of workers${crashes} over ${sweeps} sweeps of ${trials} trials: ` +
    `${differences.length === 0 ? 'no difference' : `${differences.length} differences, kept in ${folder}`}\n`,
);
for (const difference of differences) process.stdout.write(`  ${difference}\n`);
process.exitCode = differences.length === 0 ? 0 : 1;
