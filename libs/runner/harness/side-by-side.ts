import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { start, type Running } from './processes.ts';

// npm run side-by-side: what two workers of one thread reach, against two bare processes that do the same trials. Both in turns, several times; wants a quiet
// machine. The wall clock counts. On either side it counts the start of the processes in which trials run, and not the runner's own start.

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '3' },
  },
});
const trials = Number(values.trials);
const fileOf = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'fsad-side-'));

/** Milliseconds until every process has ended, from the first trial's start where it is awaited, else from their own. */
async function timed(running: readonly Running[], firstTrial: Promise<void> | null): Promise<number> {
  await firstTrial;
  const began = performance.now();
  for (const one of running) {
    if ((await one.ended) !== 0) throw new Error(one.said());
  }
  return performance.now() - began;
}

function runner(round: number): Promise<number> {
  let begun: () => void;
  const first = new Promise<void>((resolve) => (begun = resolve));
  const store = join(folder, `${round}`);
  const args = ['--heavy', '--store', store, '--trials', `${trials}`, '--workers', '2'];
  return timed([start(fileOf('run-sweep.ts'), args, (line) => line.includes('"start"') && begun())], first);
}

function bare(): Promise<number> {
  const args = (part: number): string[] => [
    '--store',
    join(folder, `bare-${part}`),
    '--trials',
    `${trials}`,
    '--part',
    `${part}`,
  ];
  return timed(
    [0, 1].map((part) => start(fileOf('bare-trials.ts'), args(part))),
    null,
  );
}

const times: Record<'runner' | 'bare', number[]> = { runner: [], bare: [] };
try {
  for (let round = 0; round < Number(values.rounds); round++) {
    // Each goes first in turn.
    for (const side of round % 2 === 0 ? (['runner', 'bare'] as const) : (['bare', 'runner'] as const)) {
      times[side].push((side === 'runner' ? await runner(round) : await bare()) / 1000);
      process.stderr.write(`${side}: ${times[side].at(-1)?.toFixed(2)} s\n`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const ratios = times.runner.map((seconds, i) => times.bare[i] / seconds).sort((a, b) => a - b);
const middle = ratios[Math.floor(ratios.length / 2)];
const ends = `${ratios[0].toFixed(3)} to ${ratios[ratios.length - 1].toFixed(3)}`;
process.stdout.write(
  `two workers reach ${middle.toFixed(3)} of two bare processes (median of ${ratios.length} rounds of ${trials} trials, ${ends})\n`,
);
