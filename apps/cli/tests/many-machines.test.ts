import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSummaries } from '@fsad/runner';
import { findRedis, RedisServer } from '@fsad/runner/testing';
import { withoutOptions } from '@fsad/runner';
import { fsad } from './fsad.ts';

const program = new URL('../bin/fsad.mjs', import.meta.url).pathname;

/** Six trials that learn nothing, over pictures drawn by this project. */
const experiment = `export default {
  name: 'six', title: 'Six trials', shots: [1], trials: 3,
  datasets: [{ name: 'generated', classes: ['disc', 'ring'] }],
  methods: [{ detector: 'pixel-mse', variant: 'mse', preset: 'smoke' }],
  budgets: { paper: {}, reduced: {}, smoke: { testSubset: 10 } },
};
`;

let folder: string;
let store: string;
let six: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fsad-many-'));
  store = join(folder, 'store');
  await writeFile(join(folder, 'six.ts'), experiment);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  six = ['run', join(folder, 'six.ts'), '--store', store];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function stored(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of readSummaries(store)) keys.push(key);
  return keys;
}

/** Runs a command to its end, and gives its exit code and what it printed. */
async function command(
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; said: string }> {
  const [name, ...args] = words;
  const child = spawn(name, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

describe('--slurm', () => {
  it('writes a script whose shares, run by hand, are the plan, and which can be run again', async () => {
    const script = join(folder, 'job.sh');
    const written = await command([process.execPath, program, ...six, '--slurm', script, '--shares', '2']);
    expect(written).toMatchObject({ code: 0 });
    expect(written.said).toContain('6 trials in 2 tasks, 6 to do');
    expect(await readFile(script, 'utf8')).toMatch(/^#!\/bin\/sh\n[^]*#SBATCH --array=1-2\n/);
    const task = (id: string) => command(['sh', script], { SLURM_ARRAY_TASK_ID: id });
    expect(await task('1')).toMatchObject({ code: 0, said: expect.stringContaining('3 of 3 trials done') });
    expect(await stored()).toHaveLength(3);
    expect(await task('2')).toMatchObject({ code: 0 });
    expect(new Set(await stored()).size).toBe(6);
    expect(await task('1')).toMatchObject({ code: 0, said: expect.stringContaining('nothing to do') });
  });

  it('leaves out of the script what made it, however it was written', () => {
    const words = ['fsad', 'run', 'x.ts', '--slurm', 'job.sh', '--seed', '3', '--shares=4'];
    expect(withoutOptions(words, ['slurm', 'shares'])).toEqual(['fsad', 'run', 'x.ts', '--seed', '3']);
  });

  it('writes no address of MLflow into the script, and its tasks ask for the variable that holds it', async () => {
    const script = join(folder, 'job.sh');
    const address = ['--tracking-uri', 'http://me:se@cret@127.0.0.1:1'];
    const written = await command([process.execPath, program, ...six, ...address, '--slurm', script]);
    expect(written).toMatchObject({ code: 0 });
    expect(await readFile(script, 'utf8')).not.toMatch(/cret|127\.0\.0\.1|tracking-uri/);
    const task = await command(['sh', script], { SLURM_ARRAY_TASK_ID: '1', MLFLOW_TRACKING_URI: '' });
    expect(task.code).not.toBe(0);
    expect(task.said).toContain('MLFLOW_TRACKING_URI: is not set; export it before sbatch');
  });

  it('refuses a plan that cannot be run, as the run would', async () => {
    const { code, stderr } = await fsad(...six, '--where', 'class=cube', '--slurm', join(folder, 'job.sh'));
    expect(code).toBe(2);
    expect(stderr).toContain('cube');
  });
});

describe('--queue', () => {
  it.each([
    ['redis://me:se@cret@127.0.0.1:1', 'no Redis answers at redis://127.0.0.1:1'],
    ['redis://me:se/cret@127.0.0.1:1', '"redis://127.0.0.1:1" is no address of Redis'],
    ['redis:me:se@cret@127.0.0.1:1', '"127.0.0.1:1" is no address of Redis'],
    ['amqp://me:secret@127.0.0.1:1', '"amqp://127.0.0.1:1" is no address of Redis'],
  ])('%s is an error without the password in it', async (address, said) => {
    const { code, stderr } = await fsad(...six, '--queue', address);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
    expect(stderr).not.toMatch(/me:|cret/);
  });

  it('forgotten before its address does not print the password', async () => {
    const { code, stderr } = await fsad(...six, 'redis://me:secret@127.0.0.1:1');
    expect(code).toBe(2);
    expect(stderr).toContain('redis://127.0.0.1:1');
    expect(stderr).not.toContain('secret');
  });

  it.skipIf(!findRedis())(
    'lets a worker go that is interrupted in its first second (skipped where no redis-server is found)',
    async () => {
      const redis = await RedisServer.start(folder);
      const run = spawn(process.execPath, [program, ...six, '--queue', redis.address]);
      const runGone = once(run, 'close');
      try {
        while (!existsSync(store)) await new Promise((resolve) => setTimeout(resolve, 100));
        for (const after of [0, 150, 300]) {
          const args = ['worker', '--queue', redis.address, '--store', store, '--workers', '1'];
          const worker = spawn(process.execPath, [program, ...args]);
          const gone = once(worker, 'close') as Promise<[number]>;
          await once(worker.stderr, 'data');
          await new Promise((resolve) => setTimeout(resolve, after));
          const asked = performance.now();
          worker.kill('SIGINT');
          expect((await gone)[0]).toBe(130);
          expect(performance.now() - asked).toBeLessThan(10_000);
        }
      } finally {
        run.kill('SIGKILL');
        await runGone;
        await redis.kill();
      }
    },
  );

  it.skipIf(!findRedis())(
    'has its trials done by a worker, which leaves with 130 when interrupted (skipped where no redis-server is found)',
    async () => {
      const redis = await RedisServer.start(folder);
      try {
        const run = command([process.execPath, program, ...six, '--queue', redis.address]);
        while (!existsSync(store)) await new Promise((resolve) => setTimeout(resolve, 100));
        const worker = spawn(process.execPath, [
          ...[program, 'worker', '--queue', redis.address, '--store', store],
          ...['--workers', '1', '--threads', '1'],
        ]);
        const gone = once(worker, 'close') as Promise<[number]>;
        const { code, said } = await run;
        expect(said).toContain('6 of 6 trials done');
        expect(code).toBe(0);
        worker.kill('SIGINT');
        expect((await gone)[0]).toBe(130);
        expect(await stored()).toHaveLength(6);
      } finally {
        await redis.kill();
      }
    },
  );
});
