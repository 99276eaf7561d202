import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MlflowError } from '../src/index.ts';
import {
  defaultRetryPolicy,
  limits,
  MlflowClient,
  type NewRun,
  type RetryNotice,
  type RetryPolicy,
} from '../src/index.ts';
import { startFakeServer, type FakeServer } from '../src/testing/index.ts';

let server: FakeServer;
let waits: number[];
let notices: RetryNotice[];

beforeEach(async () => {
  server = await startFakeServer();
  waits = [];
  notices = [];
});
afterEach(async () => {
  expect(server.mlflow.violations).toEqual([]);
  await server.stop();
});

function client(retry: Partial<RetryPolicy> = {}, extra: { authorization?: string } = {}): MlflowClient {
  const surroundings = {
    now: Date.now,
    random: () => 0.5,
    sleep: async (ms: number) => {
      waits.push(ms);
      await server.settle();
    },
  };
  return new MlflowClient(
    { uri: server.url, retry: { ...defaultRetryPolicy, timeoutMs: 300, ...retry }, ...extra },
    { surroundings, onRetry: (notice) => notices.push(notice) },
  );
}

const newRun = (experimentId: string): NewRun => ({
  experimentId,
  name: 'trial 0',
  startTime: 1000,
  tags: { 'fsad.run': 'abc' },
});

async function makeRun(one = client()): Promise<string> {
  const experiment = await one.ensureExperiment('e');
  return (await one.ensureRun(newRun(experiment.id), 'fsad.run')).runs[0].id;
}

describe('retries', () => {
  it('waits 0, 4, 8, 16, 32, 64, 120 s plus jitter, then gives up with the last error', async () => {
    server.fault({ kind: { status: 503 }, times: 99 });
    await expect(client().check()).rejects.toMatchObject({ status: 503, retryable: true });
    expect(waits).toEqual([500, 4500, 8500, 16_500, 32_500, 64_500, 120_500]);
    expect(notices.map(({ retry, of }) => [retry, of])).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => [n, 7]));
  });

  it.each([408, 429, 500, 502, 503, 504])('repeats after %i', async (status) => {
    server.fault({ kind: { status } });
    await client().check();
    expect(server.requests).toHaveLength(2);
  });

  it.each([400, 401, 403, 404, 409, 501])('does not repeat after %i', async (status) => {
    server.fault({ kind: { status } });
    await expect(client().check()).rejects.toMatchObject({ status, retryable: false });
    expect(server.requests).toHaveLength(1);
  });

  it('waits as long as Retry-After says, in seconds or as a date', async () => {
    server.fault({ kind: { status: 429, headers: { 'retry-after': '7' } } });
    const date = new Date(Date.now() + 30_000).toUTCString();
    server.fault({ kind: { status: 500, headers: { 'retry-after': date } } });
    await client().check();
    expect(waits[0]).toBe(7000);
    expect(waits[1]).toBeGreaterThan(25_000);
    expect(waits[1]).toBeLessThanOrEqual(30_000);
  });

  it('gives up at once when asked to wait beyond the cap', async () => {
    server.fault({ kind: { status: 429, headers: { 'retry-after': '301' } } });
    await expect(client().check()).rejects.toMatchObject({ status: 429, retryAfterMs: 301_000 });
    expect(waits).toEqual([]);
  });

  it('treats silence, a broken connection and a server that comes back alike', async () => {
    server.fault({ kind: 'hang' });
    server.fault({ kind: 'drop' });
    await client({ timeoutMs: 100 }).check();
    expect(notices.map(({ error }) => error.message)).toEqual([
      expect.stringContaining('did not answer POST experiments/search within 0.1 s'),
      expect.stringContaining('broke during POST experiments/search'),
    ]);
  });

  it('says that nothing listens', async () => {
    await server.stop();
    await expect(client({ maxRetries: 1 }).check()).rejects.toThrow(/connection refused.*is it running/);
    await server.start();
  });

  it('ends waits and requests when aborted, with the reason', async () => {
    server.fault({ kind: 'hang' });
    const ender = new AbortController();
    const one = new MlflowClient({ uri: server.url, retry: defaultRetryPolicy }, { signal: ender.signal });
    setTimeout(() => ender.abort(new Error('enough')), 50);
    await expect(one.check()).rejects.toThrow('enough');
  });
});

describe('errors', () => {
  it('of a host that the server does not allow say what to set', async () => {
    const body = 'Invalid Host header - possible DNS rebinding attack detected';
    server.fault({ kind: { status: 403, headers: { 'content-type': 'text/plain' }, body } });
    await expect(client().check()).rejects.toThrow(/MLFLOW_SERVER_ALLOWED_HOSTS/);
  });

  it('of a web page give its title, not its text', async () => {
    server.fault({ kind: { status: 400, body: '<html><title>Proxy says no</title><p>long</p></html>' } });
    await expect(client().check()).rejects.toThrow(/400 .*a web page "Proxy says no"$/);
  });

  it('of a web page that comes with 200 ask for the right address', async () => {
    server.fault({ kind: { status: 200, body: '<html>login</html>' } });
    await expect(client().check()).rejects.toThrow(/not JSON.*address of an MLflow server/s);
  });

  it.each([
    ['[]', 'the answer'],
    ['null', 'the answer'],
    ['{"run":null}', 'run'],
    ['{"run":{"info":null}}', 'run.info'],
    [
      '{"run":{"info":{"run_id":"r","experiment_id":"1","status":"DONE","lifecycle_stage":"active"}}}',
      'run.info.status',
    ],
    [
      '{"run":{"info":{"run_id":"\\ud800","experiment_id":"1","status":"FAILED","lifecycle_stage":"active"}}}',
      'run.info.run_id',
    ],
  ])('of another service that answers %s name what MLflow does not say', async (body, where) => {
    server.fault({ kind: { status: 200, headers: { 'content-type': 'application/json' }, body } });
    const refused = client().getRun('r');
    await expect(refused).rejects.toThrow(`answered GET runs/get with what MLflow does not say: ${where}: `);
    await expect(refused).rejects.toThrow('is this the address of an MLflow server?');
  });

  it('of a redirect to an address with a password leave it out', async () => {
    server.fault({ kind: { status: 302, headers: { location: 'https://me:secret@other/' } } });
    await expect(client().check()).rejects.toThrow(/redirects .* to https:\/\/other\//);
  });

  it('of a redirect name the target', async () => {
    server.fault({ kind: { status: 302, headers: { location: 'https://other/' } } });
    await expect(client().check()).rejects.toThrow(/redirects .* to https:\/\/other\//);
  });

  it('of missing credentials name the variables', async () => {
    server.fault({ kind: { status: 401 } });
    await expect(client().check()).rejects.toThrow(/MLFLOW_TRACKING_USERNAME/);
  });

  it('carry the code of the server', async () => {
    await expect(client().getRun('nowhere')).rejects.toMatchObject({
      status: 404,
      code: 'RESOURCE_DOES_NOT_EXIST',
    });
  });

  it('never show the credentials', async () => {
    server.fault({ kind: { status: 400 } });
    const error = await client({}, { authorization: 'Basic c2VjcmV0' })
      .check()
      .catch((e: unknown) => e as MlflowError);
    expect(server.authorizations).toEqual(['Basic c2VjcmV0']);
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('c2VjcmV0');
  });
});

describe('a new run', () => {
  it.each(['cut-answer', 'drop', 'late'] as const)(
    'is made once when the first request is hit by "%s"',
    async (kind) => {
      const one = client();
      const { id } = await one.ensureExperiment('e');
      server.fault({ endpoint: 'runs/create', kind });
      const { runs } = await one.ensureRun(newRun(id), 'fsad.run');
      expect(runs).toHaveLength(1);
      expect(server.mlflow.runs.size).toBe(1);
      expect(waits[0]).toBeGreaterThanOrEqual(4000);
    },
  );

  it('is not made when a deleted one carries its identity', async () => {
    const one = client();
    const runId = await makeRun(one);
    await one.deleteRun(runId);
    const { id } = await one.ensureExperiment('e');
    const { runs, created } = await one.ensureRun(newRun(id), 'fsad.run');
    expect(created).toBe(false);
    expect(runs).toMatchObject([{ id: runId, deleted: true }]);
  });

  it('without its identity among its tags is refused', async () => {
    await expect(client().ensureRun(newRun('1'), 'other')).rejects.toThrow(/identity/);
  });
});

describe('logging', () => {
  it('splits by every limit and brings all over, in order', async () => {
    const one = client();
    const runId = await makeRun(one);
    const params = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`p${i}`, 'x'.repeat(5000)]));
    const tags = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`t${i}`, 'ä'.repeat(4000)]));
    const metrics = Array.from({ length: 2500 }, (_, i) => ({
      key: `m${i % 150}`,
      value: i,
      timestamp: 5000 + i,
      step: i,
    }));
    await one.log(runId, { params, tags, metrics });
    const run = server.mlflow.runs.get(runId);
    expect(run?.params.size).toBe(250);
    expect(run?.tags.size).toBe(131);
    expect(run?.points.size).toBe(2500);
  });

  it('repeats a half-written batch without doubling a point', async () => {
    const one = client();
    const runId = await makeRun(one);
    server.fault({ endpoint: 'log-batch', kind: 'half-batch' });
    const metrics = Array.from({ length: 100 }, (_, step) => ({ key: 'm', value: 1, timestamp: 5000, step }));
    await one.log(runId, { metrics });
    const points = [...(server.mlflow.runs.get(runId)?.points.values() ?? [])];
    expect(points.map(({ step }) => step)).toEqual(metrics.map(({ step }) => step));
  });

  it.each([
    [{ metrics: [{ key: 'm', value: 1, timestamp: 1.5, step: 0 }] }, /whole number of milliseconds/],
    [{ metrics: [{ key: 'm', value: 1, timestamp: 0, step: 0 }] }, /whole number of milliseconds/],
    [{ metrics: [{ key: 'm', value: 1, timestamp: 1, step: 0.5 }] }, /whole number/],
    [{ metrics: [{ key: 'a//b', value: 1, timestamp: 1, step: 0 }] }, /empty/],
    [{ metrics: [{ key: 'm', value: '1' as unknown as number, timestamp: 1, step: 0 }] }, /must be a number/],
    [{ params: { p: 'x'.repeat(6001) } }, /6001 characters/],
    [{ params: { ['k'.repeat(251)]: 'x' } }, /251 characters/],
    [{ params: { p: 3 as unknown as string } }, /must be a string/],
    [{ tags: { t: 'x'.repeat(5001) } }, /5001 characters/],
    [{ tags: { t: '\ud800' } }, /well-formed/],
    [{ tags: { t: 'a\0b' } }, /NUL/],
    [{ tags: { '/t': 'x' } }, /empty/],
  ])('sends nothing for %j', async (data, message) => {
    await expect(client().log('any', data)).rejects.toThrow(message);
    expect(server.requests).toEqual([]);
  });

  it('brings not-a-number and infinities over as the server keeps them', async () => {
    const one = client();
    const runId = await makeRun(one);
    const at = { timestamp: 5000, step: 0 };
    await one.log(runId, {
      metrics: [
        { key: 'nan', value: NaN, ...at },
        { key: 'inf', value: Infinity, ...at },
        { key: 'neg', value: -Infinity, ...at },
      ],
    });
    const { metrics } = await one.getRun(runId);
    expect(metrics.nan.value).toBeNaN();
    expect(metrics.inf.value).toBe(Number.MAX_VALUE);
    expect(metrics.neg.value).toBe(-Number.MAX_VALUE);
  });
});

describe('the rest of the interface', () => {
  it('finds an experiment that another made between looking and making', async () => {
    server.fault({
      endpoint: 'get-by-name',
      kind: { status: 404, body: '{"error_code":"RESOURCE_DOES_NOT_EXIST"}' },
    });
    await client().ensureExperiment('e');
    server.fault({
      endpoint: 'get-by-name',
      kind: { status: 404, body: '{"error_code":"RESOURCE_DOES_NOT_EXIST"}' },
    });
    expect((await client().ensureExperiment('e')).id).toBe('1');
    expect(server.requests.filter((request) => request.endsWith('experiments/create'))).toHaveLength(2);
  });

  it('pages through searches', async () => {
    server.mlflow.pageSize = 2;
    const one = client();
    const { id } = await one.ensureExperiment('e');
    for (let i = 0; i < 5; i++) await one.createRunOnce({ ...newRun(id), startTime: 1000 + i });
    const starts: number[] = [];
    for await (const run of one.searchRuns({ experimentIds: [id] })) starts.push(run.startTime);
    expect(starts).toEqual([1000, 1001, 1002, 1003, 1004]);
  });

  it('deletes, twice without harm', async () => {
    const one = client();
    const runId = await makeRun(one);
    await one.deleteRun(runId);
    await one.deleteRun(runId);
    expect((await one.getRun(runId)).deleted).toBe(true);
  });

  it('sends artefacts through the server', async () => {
    const one = client();
    const run = await one.getRun(await makeRun(one));
    await one.uploadArtifact(run, 'maps/grid 003.png', Buffer.from([1, 2, 255]));
    expect([...(server.mlflow.runs.get(run.id)?.artifacts ?? [])]).toEqual([
      ['maps/grid 003.png', Buffer.from([1, 2, 255])],
    ]);
  });

  it.each(['s3://bucket', '/var/mlruns', 'mlflow-artifacts://elsewhere:5000'])(
    'refuses artefacts kept at %s, and says what to do',
    async (root) => {
      server.mlflow.artifactRoot = root;
      const one = client();
      const run = await one.getRun(await makeRun(one));
      await expect(one.uploadArtifact(run, 'a.txt', Buffer.alloc(1))).rejects.toMatchObject({
        code: 'ARTIFACTS_NOT_SERVED',
      });
      expect(server.requests.some((request) => request.startsWith('PUT'))).toBe(false);
    },
  );

  it('logs a dataset and refuses a digest that would be cut', async () => {
    const one = client();
    const runId = await makeRun(one);
    const dataset = {
      name: 'cifar10/airplane',
      digest: 'abc',
      sourceType: 'fsad',
      source: '{}',
      context: 'training',
    };
    await one.logDataset(runId, dataset);
    expect((await one.getRun(runId)).datasets).toEqual([{ name: 'cifar10/airplane', digest: 'abc' }]);
    await expect(
      one.logDataset(runId, { ...dataset, digest: 'x'.repeat(limits.digestLength + 1) }),
    ).rejects.toThrow(/37/);
  });

  it('refuses a value that a filter cannot hold', async () => {
    await expect(client().findRuns('1', 'fsad.run', "a' OR '1'='1")).rejects.toThrow(
      /cannot be searched for/,
    );
  });
});
