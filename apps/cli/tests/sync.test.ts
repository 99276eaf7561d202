import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startFakeServer, type FakeServer } from '@fsad/mlflow-client/testing';
import { openJournal } from '@fsad/tracking';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fsad } from './fsad.ts';

let store: string;
let server: FakeServer;

beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'fsad-cli-sync-'));
  server = await startFakeServer();
  vi.stubEnv('MLFLOW_TRACKING_URI', '');
  vi.stubEnv('MLFLOW_HTTP_REQUEST_BACKOFF_JITTER', '0');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.stop();
  await rm(store, { recursive: true });
});

function writeTrial(): void {
  const journal = openJournal(store, 'ab'.repeat(32));
  const cell = {
    experiment: 'shots',
    budget: 'smoke',
    dataset: 'cifar10',
    class: 'airplane',
    shots: 1,
    detector: 'htdg',
    variant: 'full',
    trial: 0,
  };
  journal.start({ cell, params: {}, tags: {} });
  journal.metric('scale/0/loss', 0, 1);
  journal.end('ok', { results: { auroc: 0.9 } });
  journal.close();
}

const sync = (...options: string[]) => fsad('sync', '--store', store, ...options);

describe('fsad sync', () => {
  it('tells a server what it does not know, and the second time nothing', async () => {
    writeTrial();
    const first = await sync('--tracking-uri', server.url);
    expect(first.code).toBe(0);
    expect(first.stdout).toContain(`${server.url}: told 1 of 1 trials: 2 new runs`);
    const second = await sync('--tracking-uri', server.url);
    expect(second.code).toBe(0);
    expect(second.stdout).toContain(`${server.url}: nothing new; 1 trial in the store\n`);
    expect(server.mlflow.runs.size).toBe(2);
  });

  it('says where each experiment is seen as one of model training, told or not', async () => {
    writeTrial();
    const [told, again] = [
      await sync('--tracking-uri', server.url),
      await sync('--tracking-uri', server.url),
    ];
    const [{ id, name }] = server.mlflow.experiments.values();
    const line = `${name}: ${server.url}/#/experiments/${id}?workflowType=machine_learning`;
    for (const { stdout } of [told, again]) expect(stdout.split('\n')[1]).toBe(line);
  });

  it('takes the server from MLFLOW_TRACKING_URI and gives JSON for machines', async () => {
    writeTrial();
    vi.stubEnv('MLFLOW_TRACKING_URI', server.url);
    const { stdout } = await sync('--json');
    expect(JSON.parse(stdout)).toMatchObject({
      complete: true,
      trials: 1,
      told: 1,
      runsMade: 2,
      remaining: 0,
    });
  });

  it('exits with 1 where no server answers, and says that nothing is lost', async () => {
    writeTrial();
    await server.stop();
    const { code, stderr } = await sync('--tracking-uri', server.url);
    expect(code).toBe(1);
    expect(stderr).toMatch(/no MLflow server answers at .*\. Nothing is lost.*run the same command again/);
  });

  it('exits with 1 where the server falters, and says how much remains', async () => {
    writeTrial();
    vi.stubEnv('MLFLOW_HTTP_REQUEST_MAX_RETRIES', '1');
    server.fault({ endpoint: 'log-batch', kind: 'drop', times: 9 });
    const { code, stderr } = await sync('--tracking-uri', server.url);
    expect(code).toBe(1);
    expect(stderr).toMatch(/trying again now \(1 of 1\)/);
    expect(stderr).toMatch(/1 of 1 trials are still to be told: the connection .* broke/);
  });

  it.each([
    [['--tracking-uri', 'sqlite:///mlflow.db'], /is not an http:\/\/ or https:\/\/ address/],
    [[], /no MLflow server given; pass --tracking-uri/],
    [['--tracking-uri', 'http://127.0.0.1:1', '--store-here'], /store-here/i],
  ])('exits with 2 for %j', async (options, message) => {
    const { code, stderr } = await sync(...options);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('exits with 2 and names a folder that is no store', async () => {
    const { code, stderr } = await fsad('sync', '--store', join(store, 'none'), '--tracking-uri', server.url);
    expect(code).toBe(2);
    expect(stderr).toContain('none: no store of results there');
  });
});

describe('fsad run --tracking-uri', () => {
  const run = () => {
    const experiment = resolve(import.meta.dirname, 'support/tiny.ts');
    const chosen = ['--where', 'detector=pixel-mse', '--where', 'class=disc'];
    return fsad('run', experiment, '--store', store, ...chosen, '--tracking-uri', server.url);
  };

  it('tells the server while it runs', async () => {
    const { code, stderr } = await run();
    expect(code).toBe(0);
    expect(stderr).toContain(`MLflow was told everything: ${server.url}`);
    const statuses = [...server.mlflow.runs.values()].map(({ status }) => status);
    expect(statuses).toEqual(['FINISHED', 'FINISHED']);
  });

  it('does its work without the server, and says how to tell it later', async () => {
    await server.stop();
    const { code, stderr } = await run();
    expect(code).toBe(0);
    expect(stderr).toContain(`nothing is lost: fsad sync --store ${store} --tracking-uri ${server.url}`);
    await server.start();
    expect((await sync('--tracking-uri', server.url)).code).toBe(0);
    expect(server.mlflow.runs.size).toBe(2);
  });

  it('exits with 2 for an address that is none, before anything is done', async () => {
    const experiment = resolve(import.meta.dirname, 'support/tiny.ts');
    const { code } = await fsad('run', experiment, '--store', store, '--tracking-uri', 'localhost:5000');
    expect(code).toBe(2);
  });
});
