import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Queue } from 'bullmq';
import { findRedis, RedisServer } from '../harness/redis-server.ts';
import { openRun, taskOf, type RunOptions } from '../src/open-run.ts';
import { connectionOf, queueName } from '../src/queue/link.ts';
import { toQueue } from '../src/queue/payload.ts';
import { runOnQueue, serveQueue, type ServeOptions, type ServeSummary } from '../src/queue/index.ts';
import type { RunEvent } from '../src/run-events.ts';
import { runExperiment } from '../src/run-experiment.ts';
import { registryAddress, request, runOptions, smallExperiment } from './support/experiments.ts';

describe('an address', () => {
  it('is refused when it is none of Redis', async () => {
    for (const address of ['localhost:6379', 'redis://h/name', 'redis://h:1?password=x']) {
      expect(() => connectionOf(address)).toThrow('is no address of Redis like redis://host:6379');
    }
  });

  it('gives host, port, database and who asks, from the environment where it names nobody', () => {
    const environment = { FSAD_QUEUE_USERNAME: 'you', FSAD_QUEUE_PASSWORD: 'p' };
    const whole = connectionOf('rediss://me:a%40b@h:7000/3', environment);
    expect(whole).toMatchObject({ host: 'h', port: 7000, db: 3, username: 'me', password: 'a@b', tls: {} });
    const bare = connectionOf('redis://[::1]', environment);
    expect(bare).toMatchObject({ host: '::1', port: 6379, db: 0, username: 'you', password: 'p' });
  });
});

describe.skipIf(!findRedis())('a queue (skipped where no redis-server is found)', () => {
  let folder: string;
  let store: string;
  let redis: RedisServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fsad-redis-'));
    redis = await RedisServer.start(folder);
  });
  afterAll(async () => {
    await redis.kill();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    store = await mkdtemp(join(tmpdir(), 'fsad-queue-'));
    process.env.FSAD_TEST_LOG = join(store, 'fits.log');
  });
  afterEach(async () => {
    delete process.env.FSAD_TEST_LOG;
    await rm(store, { recursive: true, force: true });
  });

  const fits = async (): Promise<string[]> =>
    (await readFile(join(store, 'fits.log'), 'utf8')).split('\n').filter(Boolean);

  /** A worker with two places, and a way to stop it. */
  function worker(changes: Partial<ServeOptions> = {}): {
    stop(): Promise<ServeSummary>;
    done: Promise<ServeSummary>;
  } {
    const stop = new AbortController();
    const done = serveQueue({
      queue: redis.address,
      registry: registryAddress,
      store,
      data: new Map(),
      workers: 2,
      threads: 1,
      silenceMs: 2000,
      onEvent: () => undefined,
      stop: stop.signal,
      kill: new AbortController().signal,
      ...changes,
    });
    return { done, stop: () => (stop.abort(), done) };
  }

  /** A run whose trials take about two seconds; `first` resolves when one is worked on. */
  function longRun(changes: Partial<RunOptions> = {}): {
    options: RunOptions;
    stop(): void;
    first: Promise<void>;
  } {
    const stop = new AbortController();
    let begun: () => void;
    const first = new Promise<void>((resolve) => (begun = resolve));
    const asked = request(smallExperiment({ shots: [1] }), { set: ['msPerStep=100'] });
    const onEvent = (event: RunEvent): void => void (event.type === 'progress' && begun());
    const options = { request: asked, stop: stop.signal, onEvent, ...changes };
    return { options: runOptions(store, asked.experiment, options), stop: () => stop.abort(), first };
  }

  async function jobs(): Promise<Record<string, number>> {
    const queue = new Queue(queueName(store), { connection: connectionOf(redis.address) });
    try {
      return await queue.getJobCounts('wait', 'active', 'completed', 'failed');
    } finally {
      await queue.close();
    }
  }

  it('does every trial once, though two runs hand over the same plan', async () => {
    const runs = [1, 2].map(() => runOnQueue(runOptions(store, smallExperiment()), redis.address));
    const { stop } = worker();
    for (const summary of await Promise.all(runs)) {
      expect(summary).toMatchObject({ cells: 8, ok: 8, failed: 0, left: 0, interrupted: false });
    }
    expect(await stop()).toMatchObject({ ok: 8, failed: 0 });
    expect(await fits()).toHaveLength(8);
    expect(await jobs()).toEqual({ wait: 0, active: 0, completed: 0, failed: 0 });
  });

  it('tells of a trial that went wrong as a run without a queue does', async () => {
    const set = ['behaviour=throw'];
    const only = { where: ['class=3', 'shots=1'], trials: 1, set };
    const asked = request(smallExperiment(), only);
    const { stop } = worker();
    const messages: (string | null)[] = [];
    const onEvent = (event: RunEvent): void => void (event.type === 'finish' && messages.push(event.message));
    const options = runOptions(store, smallExperiment(), { request: asked, onEvent });
    expect(await runOnQueue(options, redis.address)).toMatchObject({ ok: 0, failed: 1, left: 0 });
    expect(messages).toEqual(['scale-0 10/20: the method cannot go on']);
    expect(await runOnQueue({ ...options, retryFailed: true }, redis.address)).toMatchObject({ failed: 1 });
    expect(messages).toHaveLength(2);
    await stop();
  });

  it('takes back the trials of a worker that is stopped, and goes on with them', async () => {
    const { options, first } = longRun();
    const run = runOnQueue(options, redis.address);
    const stopped = worker();
    await first;
    expect(await stopped.stop()).toMatchObject({ interrupted: true });
    const { wait, active } = await jobs();
    expect(active).toBe(0);
    expect(wait).toBeGreaterThan(0);
    const { stop } = worker();
    expect(await run).toMatchObject({ ok: 4, left: 0 });
    await stop();
    expect(await fits()).toHaveLength(4);
  });

  it('is left whole when the run that follows it is stopped', async () => {
    const { options, first, stop: stopRun } = longRun();
    const run = runOnQueue(options, redis.address);
    const { stop } = worker();
    await first;
    stopRun();
    expect(await run).toMatchObject({ interrupted: true });
    const again = longRun();
    expect(await runOnQueue(again.options, redis.address)).toMatchObject({ ok: 4, left: 0 });
    await stop();
    expect(await fits()).toHaveLength(4);
    expect(await runExperiment(longRun().options)).toMatchObject({ ok: 4 });
    expect(await fits()).toHaveLength(4);
  });

  it('loses nothing and doubles nothing when Redis crashes and starts again', async () => {
    const { options, first } = longRun();
    const run = runOnQueue(options, redis.address);
    const { stop } = worker();
    await first;
    await redis.kill();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await redis.start();
    expect(await run).toMatchObject({ ok: 4, left: 0, failed: 0 });
    await stop();
    expect(await fits()).toHaveLength(4);
  });

  it('is handed again what it has forgotten', async () => {
    const { options } = longRun();
    const run = runOnQueue(options, redis.address);
    while ((await jobs()).wait < 4) await new Promise((resolve) => setTimeout(resolve, 50));
    const queue = new Queue(queueName(store), { connection: connectionOf(redis.address) });
    await queue.obliterate({ force: true });
    await queue.close();
    const { stop } = worker();
    expect(await run).toMatchObject({ ok: 4, left: 0 });
    await stop();
  });

  it('keeps its trials when a worker has other data, which says so and leaves', async () => {
    const { options, stop: stopRun } = longRun();
    const run = runOnQueue(options, redis.address);
    while ((await jobs()).wait < 4) await new Promise((resolve) => setTimeout(resolve, 50));
    process.env.FSAD_TEST_FINGERPRINT = 'changed';
    try {
      await expect(worker().done).rejects.toThrow('the data of mnist here are not those');
    } finally {
      delete process.env.FSAD_TEST_FINGERPRINT;
    }
    expect(await jobs()).toEqual({ wait: 4, active: 0, completed: 0, failed: 0 });
    stopRun();
    await run;
  });

  it.each([
    ['nothing', {}, 'x'],
    ['a key that leads out of the store', null, '../../x'],
    ['inputs that its key does not stand for', 'seed', null],
  ])('holding %s costs that job, and the worker goes on to the next', async (_, what, id) => {
    const { options } = longRun({ request: request(smallExperiment(), { where: ['class=3 shots=1'] }) });
    const opened = await openRun(options);
    await opened.prepared.close();
    const task = taskOf(opened.sorted.pending[0], opened.prepared, { command: '', gitCommit: null });
    const { inputs } = task;
    const changed = { ...inputs, configuration: { ...inputs.configuration, seed: 99 } };
    const strange = { ...task, inputs: changed, key: id ?? task.key };
    const data = what === null || what === 'seed' ? toQueue(strange, null) : what;
    const queue = new Queue(queueName(store), { connection: connectionOf(redis.address) });
    const notes: string[] = [];
    const { stop } = worker({
      workers: 1,
      onEvent: (event) => void (event.type === 'note' && notes.push(event.text)),
    });
    await queue.add('trial', data, { jobId: id ?? 'y' });
    while (notes.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(notes[0]).toContain('the queue holds ');
    expect(await runOnQueue(options, redis.address)).toMatchObject({ ok: 2, failed: 0 });
    expect(await stop()).toMatchObject({ ok: 2, failed: 1 });
    await queue.close();
  });

  it('with a trial whose data folder a worker cannot use fails that trial, and goes on to the next', async () => {
    const both = smallExperiment({
      datasets: [
        { name: 'mnist', classes: ['3'] },
        { name: 'mvtec', classes: ['grid'] },
      ],
      shots: [1],
      trials: 1,
    });
    const { stop } = worker({ data: new Map([['mnist', 'missing']]), workers: 1 });
    const messages: (string | null)[] = [];
    const onEvent = (event: RunEvent): void => void (event.type === 'finish' && messages.push(event.message));
    const summary = await runOnQueue(runOptions(store, both, { onEvent }), redis.address);
    expect(summary).toMatchObject({ ok: 1, failed: 1, left: 0 });
    expect(messages).toContainEqual('a worker could not do it: mnist: the folder missing does not exist');
    expect(await stop()).toMatchObject({ ok: 1, failed: 1 });
  });

  it('is refused to a worker without the store', async () => {
    await expect(worker({ store: join(store, 'absent') }).done).rejects.toThrow('no store there');
  });

  it('says that no Redis answers', async () => {
    const run = runOnQueue(runOptions(store, smallExperiment()), 'redis://user:secret@127.0.0.1:1');
    await expect(run).rejects.toThrow(/no Redis answers at redis:\/\/127.0.0.1:1: .*ECONNREFUSED/);
  });
});
