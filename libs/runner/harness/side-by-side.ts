import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openRun, taskOf } from '../src/open-run.ts';
import { oldSpaceRoom } from '../src/process/index.ts';
import { pause, start, type Running } from './processes.ts';
import { harnessOptions, heavyExperiment } from './sweep.ts';

// npm run side-by-side: what two workers of one thread reach, against two bare processes that do the same trials. Both sides are under way at once and
// take turns of a second, all processes of the other being stopped meanwhile, so that a machine whose speed drifts slows both alike. Either side's
// clock runs in its turns only, from the start of the processes in which trials run to the end of the last: planning is left
// out. V8 has as much room on either side. Not on Windows.

const turnMs = 1000;

/** One of the two sides: its processes run only in its turns. */
class Side {
  readonly #running: readonly Running[];
  readonly #ended: Promise<unknown>;
  #from: number;
  #counts: boolean;
  seconds = 0;

  /** With `beginsAt` the clock starts at the first line of output that has it, else at once. */
  constructor(commands: readonly (readonly string[])[], beginsAt: string | null) {
    this.#counts = beginsAt === null;
    this.#from = performance.now();
    const hear = (line: string): void => {
      if (this.#counts || !line.includes(beginsAt as string)) return;
      this.#counts = true;
      this.#from = performance.now();
    };
    const options = { onLine: hear, group: true, flags: [oldSpaceRoom] };
    this.#running = commands.map(([file, ...args]) =>
      start(fileURLToPath(new URL(`./${file}`, import.meta.url)), args, options),
    );
    this.#ended = Promise.all(this.#running.map(({ ended }) => ended));
  }

  get over(): boolean {
    return !this.#running.some(({ alive }) => alive());
  }

  /** Continues its processes for one turn, or to their end. */
  async turn(): Promise<void> {
    this.#signal('SIGCONT');
    this.#from = performance.now();
    await Promise.race([pause(turnMs), this.#ended]);
    this.hold();
    this.requireWell();
  }

  /** @throws Error when one of its processes did not end well, also between two turns. */
  requireWell(): void {
    const failed = this.#running.find(({ process, alive }) => !alive() && process.exitCode !== 0);
    if (failed) throw new Error(failed.said());
  }

  /** Stops its processes, and its clock. */
  hold(): void {
    this.#signal('SIGSTOP');
    if (this.#counts) this.seconds += (performance.now() - this.#from) / 1000;
  }

  end(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    for (const { pid, alive } of this.#running) if (alive()) process.kill(-pid, signal);
  }
}

async function round(folder: string, tasks: string, trials: number): Promise<number> {
  const sweep = ['--heavy', '--store', folder, '--trials', `${trials}`, '--workers', '2'];
  const workers = new Side([['run-sweep.ts', ...sweep]], '"type":"start"');
  workers.hold();
  const bare = new Side(
    ['0', '1'].map((part) => ['bare-trials.ts', '--tasks', tasks, '--part', part]),
    null,
  );
  bare.hold();
  const interrupted = (): never => {
    workers.end();
    bare.end();
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  try {
    while (!workers.over || !bare.over) {
      if (!bare.over) await bare.turn();
      if (!workers.over) await workers.turn();
    }
    bare.requireWell();
    workers.requireWell();
  } finally {
    process.off('SIGINT', interrupted);
    workers.end();
    bare.end();
  }
  const ratio = bare.seconds / workers.seconds;
  process.stderr.write(
    `two workers ${workers.seconds.toFixed(1)} s, two bare processes ${bare.seconds.toFixed(1)} s: ${ratio.toFixed(3)}\n`,
  );
  return ratio;
}

/** The trials' tasks as a file. */
async function writeTasks(folder: string, trials: number): Promise<string> {
  const options = harnessOptions({
    experiment: heavyExperiment(trials),
    store: join(folder, 'plan'),
    workers: 1,
    onEvent: () => undefined,
  });
  const { prepared, sorted } = await openRun(options);
  const tasks = sorted.pending.map((trial) => taskOf(trial, prepared, { command: '', gitCommit: null }));
  await prepared.close();
  const file = join(folder, 'tasks.json');
  writeFileSync(file, JSON.stringify(tasks));
  return file;
}

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '12' },
    rounds: { type: 'string', default: '3' },
  },
});
const trials = Number(values.trials);
const folder = mkdtempSync(join(tmpdir(), 'fsad-side-'));
const ratios: number[] = [];
try {
  const tasks = await writeTasks(folder, trials);
  for (let i = 0; i < Number(values.rounds); i++)
    ratios.push(await round(join(folder, `${i}`), tasks, trials));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
ratios.sort((a, b) => a - b);
const middle = ratios[Math.floor((ratios.length - 1) / 2)];
const ends = `${ratios[0].toFixed(3)} to ${ratios[ratios.length - 1].toFixed(3)}`;
process.stdout.write(
  `two workers reach ${middle.toFixed(3)} of two bare processes (median of ${ratios.length} rounds of ${trials} trials, ${ends})\n`,
);
