import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomStream } from '@fsad/tensors';
import { openStore, readSummaries } from '../src/index.ts';
import { differencesOf } from './compare-stores.ts';
import { Fleet } from './fleet.ts';
import { killAtOnce, pause, type Running } from './processes.ts';
import { RedisServer } from './redis-server.ts';

export interface TortureOptions {
  /** Folder for the stores, made if absent; it is removed when nothing differs. */
  readonly folder: string;
  readonly kills: number;
  /** Decides when and whom the kills hit. */
  readonly seed: number;
  /** Trials of each of the sweep's four columns. */
  readonly trials: number;
  readonly workers: number;
  /** Hands the trials to workers through a real Redis, which crashes and starts again once. */
  readonly queue: boolean;
  readonly say: (line: string) => void;
}

export interface TortureOutcome {
  readonly killedRunners: number;
  readonly killedWorkers: number;
  readonly redisCrashes: number;
  /** How often the sweep was done from the start until the kills were spent. */
  readonly sweeps: number;
  readonly trials: number;
  /** What is wrong, one line each. */
  readonly differences: readonly string[];
}

/**
 * Runs the sweep once uninterrupted, then again and again under random `kill -9` of the runner and of its workers until the kills are spent, and compares
 * every store with the uninterrupted one.
 */
export async function torture(options: TortureOptions): Promise<TortureOutcome> {
  const { folder, kills, say } = options;
  const calm = join(folder, 'calm');
  await mkdir(join(folder, 'redis'), { recursive: true });
  let began = 0;
  const undisturbed = new Fleet(calm, options, null, (line) => {
    if (began === 0 && isWork(line)) began = performance.now();
  }).start();
  if ((await undisturbed.ended) !== 0) throw new Error(`the undisturbed sweep failed: ${undisturbed.said()}`);
  const seconds = (performance.now() - began) / 1000;
  const trials = (await finishedTrials(calm)).size;
  const longestMs = (1000 * seconds * options.workers) / trials;
  say(
    `${trials} undisturbed trials took ${seconds.toFixed(1)} s; kills come up to ${Math.round(longestMs)} ms after a sign of work`,
  );
  const redis = options.queue ? await RedisServer.start(join(folder, 'redis')) : null;
  const killer = new Killer(options, longestMs, redis);
  const differences: string[] = [];
  let sweeps = 0;
  try {
    for (; killer.kills < kills; sweeps++) {
      const store = join(folder, `killed-${sweeps}`);
      await mkdir(store);
      differences.push(...(await killer.sweep(store)));
      differences.push(...(await leftovers(store)), ...(await differencesOf(calm, store)));
      say(`sweep ${sweeps + 1}: ${killer.kills} kills so far, ${differences.length} differences`);
    }
  } finally {
    await redis?.kill();
  }
  if (differences.length === 0) await rm(folder, { recursive: true });
  const { killedRunners, killedWorkers, redisCrashes } = killer;
  return { killedRunners, killedWorkers, redisCrashes, sweeps, trials, differences };
}

/** Whether a runner's line tells of work on a trial. */
function isWork(line: string): boolean {
  return /"type":"(progress|finish)"/.test(line);
}

/** Brings sweeps to their end while it kills what runs them. */
class Killer {
  killedRunners = 0;
  killedWorkers = 0;
  redisCrashes = 0;
  readonly #options: TortureOptions;
  /** From a sign of work to a kill; what a trial takes, so that most kills hit one and most trials get on. */
  readonly #longestMs: number;
  readonly #redis: RedisServer | null;
  /** A runner that says nothing for so long hangs; many times what a trial takes on this machine, as busy as it is. */
  readonly #silenceMs: number;
  #heardAt = performance.now();
  #heard: () => void = () => undefined;
  #drawn = 0;

  constructor(options: TortureOptions, longestMs: number, redis: RedisServer | null) {
    this.#options = options;
    this.#longestMs = longestMs;
    this.#silenceMs = Math.max(60_000, 50 * longestMs);
    this.#redis = redis;
  }

  get kills(): number {
    return this.killedRunners + this.killedWorkers;
  }

  /** Brings the sweep to its end in `store`; gives what was done again though it was done. */
  async sweep(store: string): Promise<string[]> {
    const again: string[] = [];
    const fleet = new Fleet(store, this.#options, this.#redis?.address ?? null, (line) => {
      this.#heardAt = performance.now();
      if (isWork(line)) this.#heard();
    });
    // A worker that was just killed may still look alive: whoever is gone is replaced a moment later, or nobody would serve the queue.
    const keeper = setInterval(() => fleet.keepWorkers(), 500);
    try {
      for (let fruitless = 0; fruitless < 5;) {
        const before = await finishedTrials(store);
        const runner = fleet.start();
        await this.#disturb(runner, fleet);
        const code = await this.#untilSilent(runner);
        if (code === 'silent') {
          killAtOnce(runner.pid);
          return [
            ...again,
            `the runner said nothing for ${Math.round(this.#silenceMs / 1000)} s: ${runner.said()}`,
          ];
        }
        const now = await finishedTrials(store);
        for (const [key, finishedAt] of before) {
          if (now.get(key) !== finishedAt) again.push(`trial ${key} was done and was done again`);
        }
        if (code === 0) return again;
        // A runner that was killed has no code; one that left with 1 lost the process of a trial too often, and is started again.
        if (code !== null && code !== 1)
          throw new Error(`the runner ended with code ${code}: ${runner.said()}`);
        if (code === 1 && this.kills >= this.#options.kills) fruitless++;
      }
    } finally {
      clearInterval(keeper);
      await fleet.end();
    }
    return [...again, 'the sweep does not end, though nobody is killed any more'];
  }

  /** Waits for a runner's end as long as it tells of progress: how long that is depends on the machine. */
  async #untilSilent(runner: Running): Promise<number | null | 'silent'> {
    this.#heardAt = performance.now();
    for (;;) {
      const left = this.#heardAt + this.#silenceMs - performance.now();
      if (left <= 0) return 'silent';
      const code = await Promise.race([
        runner.ended,
        pause(Math.min(left, 1000)).then(() => 'waiting' as const),
      ]);
      if (code !== 'waiting') return code;
    }
  }

  /**
   * Kills at random moments until the runner ends or the kills are spent. Four kills of five wait until a trial is being worked on, or most would hit
   * processes that are only starting.
   */
  async #disturb(runner: Running, fleet: Fleet): Promise<void> {
    while (this.kills < this.#options.kills) {
      const work = new Promise<void>((resolve) => (this.#heard = resolve));
      if (this.#chance(5) < 4) await Promise.race([work, runner.ended]);
      await Promise.race([pause(this.#chance(this.#longestMs)), runner.ended]);
      if (!runner.alive()) return;
      if (this.#redis && this.redisCrashes === 0 && this.kills >= this.#options.kills / 2) {
        this.redisCrashes++;
        await this.#redis.kill();
        await pause(this.#chance(this.#longestMs));
        await this.#redis.start();
        continue;
      }
      const victims = fleet.victims();
      if (victims.length > 0 && this.#chance(3) >= 1) {
        killAtOnce(victims[Math.floor(this.#chance(victims.length))]);
        this.killedWorkers++;
        fleet.keepWorkers();
      } else {
        killAtOnce(runner.pid);
        this.killedRunners++;
        return;
      }
    }
  }

  /** A random number below `below`. */
  #chance(below: number): number {
    return below * randomStream(this.#options.seed, `torture/${this.#drawn++}`).uniform();
  }
}

/** When each trial that has a good result was finished. */
async function finishedTrials(store: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { key, status, finishedAt } of readSummaries(store)) {
    if (status === 'ok') found.set(key, finishedAt);
  }
  return found;
}

/** Files of the stopped processes that are still there once a store has been opened again. */
async function leftovers(store: string): Promise<string[]> {
  await openStore(store);
  const names = await readdir(store, { recursive: true });
  return names
    .filter((name) => /^work\/|\.tmp$|\.lock$|\.takeover$/.test(name))
    .map((name) => `${name} was left behind`);
}
