import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultRetryPolicy, MlflowClient, type RetryPolicy } from '@fsad/mlflow-client';
import { startFakeServer, type FakeRun, type FakeServer } from '@fsad/mlflow-client/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addCell,
  isComplete,
  journalPath,
  openJournal,
  syncStore,
  type StoredResults,
  type Drawings,
  type SyncOptions,
  type SyncSummary,
} from '../src/index.ts';
import { acquireLock, encodeRecord } from '@fsad/files';
import { beginTrial, cell, contents, endTrial, keyOf, tellSteps, writeTrial } from './stores.ts';

let store: string;
let server: FakeServer;

beforeEach(async () => {
  store = mkdtempSync(join(tmpdir(), 'fsad-sync-'));
  server = await startFakeServer();
});
afterEach(async () => {
  expect(server.mlflow.violations).toEqual([]);
  await server.stop();
  rmSync(store, { recursive: true });
});

function sync(
  {
    retry = {},
    url = server.url,
    ...options
  }: SyncOptions & { retry?: Partial<RetryPolicy>; url?: string } = {},
  waits: number[] = [],
): Promise<SyncSummary> {
  const surroundings = {
    now: Date.now,
    random: () => 0.5,
    sleep: async (ms: number) => {
      waits.push(ms);
      await server.settle();
    },
  };
  const policy = { ...defaultRetryPolicy, timeoutMs: 10_000, ...retry };
  const client = new MlflowClient({ uri: url, retry: policy }, { surroundings, signal: options.signal });
  return syncStore(store, client, options);
}

/** What a server holds that was told the same store without any trouble. */
async function undisturbed(): Promise<object[]> {
  const other = await startFakeServer();
  await sync({ url: other.url });
  await other.stop();
  return contents(other.mlflow);
}

const run = (name: string): FakeRun => {
  const found = [...server.mlflow.runs.values()].filter((one) => one.name === name && !one.deleted);
  expect(found).toHaveLength(1);
  return found[0];
};
const points = (): number => [...server.mlflow.runs.values()].reduce((sum, one) => sum + one.points.size, 0);
const trialName = (trial: number): string => `htdg full · airplane · 2-shot · t${trial} · cifar10 smoke`;

function writeThree(): void {
  [0.5, 0.7, 0.9].forEach((auroc, trial) =>
    writeTrial(store, keyOf(trial + 1), { trial }, { auroc, at: 1_700_000_000_000 + 1000 * trial }),
  );
}

describe('a sync', () => {
  it('tells a trial with parameters, curves, results, split, tags and artefacts', async () => {
    writeTrial(store, keyOf(1));
    expect(isComplete(await sync())).toBe(true);
    const { params, tags, points: told, datasets, artifacts, status, startTime, endTime } = run(trialName(0));
    expect(Object.fromEntries(params)).toEqual({
      detector: 'htdg',
      'settings.width': '32',
      experiment: 'shots',
      budget: 'smoke',
      dataset: 'cifar10',
      class: 'airplane',
      shots: '2',
      variant: 'full',
      trial: '0',
    });
    expect(Object.fromEntries(tags)).toMatchObject({
      'fsad.key': keyOf(1),
      engine: 'wasm',
      machine: 'linux-x64',
      'git.commit': 'abc123',
      'mlflow.source.git.commit': 'abc123',
      outcome: 'ok',
      'mlflow.parentRunId': run('htdg full · airplane · 2-shot · cifar10 smoke').id,
    });
    const losses = [...told.values()].filter(({ key }) => key === 'scale/1/real');
    expect(losses.map(({ step, value }) => [step, value])).toEqual(
      Array.from({ length: 30 }, (_, step) => [step, 1 / (step + 1)]),
    );
    expect([...told.values()].find(({ key }) => key === 'auroc/fraction/0.05')).toMatchObject({
      value: 0.91,
      step: 0,
    });
    const [split] = datasets.values();
    expect(split).toMatchObject({ name: 'cifar10/airplane', digest: `0101${'5'.repeat(32)}` });
    expect(JSON.parse(split.profile).train[1].id).toBe('data_batch_2.bin/9');
    expect([...artifacts.keys()].sort()).toEqual(['configuration.json', 'map-0.png']);
    expect(status).toBe('FINISHED');
    expect(startTime).toBeGreaterThanOrEqual(1_700_000_000_000);
    expect(endTime).toBeGreaterThan(startTime);
  });

  it('gathers the trials of a kind in one parent run', async () => {
    writeThree();
    writeTrial(store, keyOf(9), { class: 'ship' });
    await sync();
    expect(server.mlflow.runs.size).toBe(6);
    const parent = run('htdg full · airplane · 2-shot · cifar10 smoke');
    const means = [...parent.points.values()].filter(({ key }) => key === 'auroc/mean');
    expect(means.map(({ step, value }) => [step, value])).toEqual([
      [0, 0.5],
      [0, expect.closeTo(0.6, 12)],
      [0, expect.closeTo(0.7, 12)],
    ]);
    expect(parent.status).toBe('FINISHED');
    expect(parent.params.get('class')).toBe('airplane');
  });

  describe('gives a parent run the earliest start and the latest end of its trials', () => {
    const parentOf = (experiment: string): FakeRun => {
      const { id } = [...server.mlflow.experiments.values()].find(({ name }) => name === experiment) ?? {};
      const name = 'htdg full · airplane · 2-shot · cifar10 smoke';
      const found = [...server.mlflow.runs.values()].filter(
        (one) => one.experimentId === id && one.name === name,
      );
      expect(found).toHaveLength(1);
      return found[0];
    };
    const trials = (experiment: string): FakeRun[] =>
      [...server.mlflow.runs.values()].filter(
        ({ tags }) => tags.get('mlflow.parentRunId') === parentOf(experiment).id,
      );
    const earliest = (experiment: string): number =>
      Math.min(...trials(experiment).map(({ startTime }) => startTime));

    it('whatever the order of their keys', async () => {
      const starts = [1_700_000_020_000, 1_700_000_010_000, 1_700_000_030_000];
      starts.forEach((at, trial) => writeTrial(store, keyOf(trial + 1), { trial }, { at }));
      await sync();
      const { startTime, endTime } = parentOf('shots');
      expect(trials('shots')).toHaveLength(3);
      expect(startTime).toBe(earliest('shots'));
      expect(startTime).toBeLessThan(starts[0]);
      expect(endTime).toBe(Math.max(...trials('shots').map((trial) => trial.endTime ?? 0)));
    });

    it('where another experiment found the earliest', async () => {
      writeTrial(store, keyOf(1), { experiment: 'other', trial: 1 }, { at: 1_700_000_050_000 });
      writeTrial(store, keyOf(2), { trial: 0 }, { at: 1_700_000_000_000 });
      addCell(store, keyOf(2), { ...cell, experiment: 'other' });
      await sync();
      expect(trials('other')).toHaveLength(2);
      expect(parentOf('other').startTime).toBe(earliest('other'));
    });

    it('where the earliest has committed nothing yet', async () => {
      const first = beginTrial(store, keyOf(2), { trial: 0 }, 1_700_000_000_000);
      first.close();
      writeTrial(store, keyOf(1), { trial: 1 }, { at: 1_700_000_005_000 });
      await sync();
      expect(trials('shots')).toHaveLength(1);
      const again = openJournal(store, keyOf(2));
      endTrial(store, again, 0.5);
      again.close();
      await sync();
      expect(trials('shots')).toHaveLength(2);
      expect(parentOf('shots').startTime).toBe(earliest('shots'));
    });
  });

  it('gives runs what is drawn of their trials, under names of its own, and parents a report', async () => {
    writeThree();
    const drawings: Drawings = {
      ofTrial: async (key) => ({
        files: new Map([['tables/scores.json', `scores of ${key}`]]),
        tables: ['tables/scores.json'],
        names: new Map([['map-0.png', 'maps/found.png']]),
      }),
      ofGroup: async (group, keys) => ({
        files: new Map([['report.html', `${group.class} ${keys.length}`]]),
        tables: [],
      }),
    };
    expect(isComplete(await sync({ drawings }))).toBe(true);
    const { artifacts, tags } = run(trialName(0));
    expect([...artifacts.keys()].sort()).toEqual([
      'configuration.json',
      'maps/found.png',
      'tables/scores.json',
    ]);
    expect(artifacts.get('tables/scores.json')?.toString()).toBe(`scores of ${keyOf(1)}`);
    expect(tags.get('mlflow.loggedArtifacts')).toBe('[{"path":"tables/scores.json","type":"table"}]');
    const parent = run('htdg full · airplane · 2-shot · cifar10 smoke');
    expect(parent.artifacts.get('report.html')?.toString()).toBe('airplane 3');
    expect(parent.tags.get('mlflow.note.content')).toContain('All trials of htdg (full)');
    expect(tags.get('mlflow.note.content')).toContain('learned airplane of cifar10 from 2 pictures');
    expect(tags.get('mlflow.user')).not.toBe('');
  });

  it('tells the numbers of a trial whose pictures cannot be drawn, and says so', async () => {
    writeTrial(store, keyOf(1));
    const drawings: Drawings = {
      ofTrial: () => Promise.reject(new Error('no such picture')),
      ofGroup: () => Promise.reject(new Error('no such page')),
    };
    const summary = await sync({ drawings });
    expect(isComplete(summary)).toBe(true);
    expect(summary.notes.join()).toMatch(/could not be drawn: no such picture.*no such page/);
    expect(run(trialName(0)).status).toBe('FINISHED');
  });

  it.each([
    ['knowing what it told', () => {}],
    ['without its state file', () => rmSync(join(store, 'tracking', 'sync'), { recursive: true })],
    ['with a damaged state file', () => writeFileSync(stateFile(), 'nonsense\n7', { flag: 'a' })],
  ])('done again %s changes nothing', async (_, happen) => {
    writeThree();
    await sync();
    const before = contents(server.mlflow);
    const counts = [server.mlflow.runs.size, points()];
    happen();
    expect(isComplete(await sync())).toBe(true);
    expect([server.mlflow.runs.size, points()]).toEqual(counts);
    expect(contents(server.mlflow)).toEqual(before);
  });

  it('with nothing new only asks whether the experiment is still there', async () => {
    writeThree();
    await sync();
    server.requests.length = 0;
    expect(await sync()).toMatchObject({ trials: 3, told: 0, points: 0, remaining: 0 });
    expect(server.requests).toEqual(['GET experiments/get-by-name']);
  });

  it('tells everything again to a new database at the same address', async () => {
    writeThree();
    await sync();
    const before = contents(server.mlflow);
    server.mlflow.forget();
    await sync();
    expect(contents(server.mlflow)).toEqual(before);
  });

  it('makes a run again that is gone for good, once it has something to tell', async () => {
    const journal = beginTrial(store, keyOf(1));
    tellSteps(journal, 0, 10);
    await sync();
    server.mlflow.runs.delete(run(trialName(0)).id);
    tellSteps(journal, 10, 20);
    journal.close();
    expect(isComplete(await sync())).toBe(true);
    expect(contents(server.mlflow)).toEqual(await undisturbed());
  });

  it('tells nothing that is not committed, and the rest when it is', async () => {
    beginTrial(store, keyOf(1)).close();
    let journal = openJournal(store, keyOf(1), { clock: () => 1_700_000_000_500 });
    tellSteps(journal, 0, 5);
    journal.metric('scale/0/real', 5, 1);
    journal.close();
    await sync();
    expect([...run(trialName(0)).points.values()].map(({ step }) => step)).not.toContain(5);
    expect(run(trialName(0)).status).toBe('RUNNING');
    journal = openJournal(store, keyOf(1), { clock: () => 1_700_000_000_600 });
    tellSteps(journal, 6, 8);
    await sync();
    endTrial(store, journal, 0.9);
    journal.close();
    await sync();
    expect(contents(server.mlflow)).toEqual(await undisturbed());
  });

  it('gives the parent run the same curves, told live or at the end', async () => {
    for (let trial = 0; trial < 3; trial++) {
      writeTrial(
        store,
        keyOf(trial + 1),
        { trial },
        { at: 1_700_000_000_000 + 1000 * trial, auroc: trial / 4 },
      );
      await sync();
    }
    expect(contents(server.mlflow)).toEqual(await undisturbed());
  });

  it('gives a trial found by a second experiment a run there too', async () => {
    writeTrial(store, keyOf(1));
    await sync();
    addCell(store, keyOf(1), { ...cell, experiment: 'other' });
    await sync();
    expect(contents(server.mlflow)).toHaveLength(4);
    expect(contents(server.mlflow)).toEqual(await undisturbed());
  });

  it('marks the run of a trial that was done again under another key', async () => {
    writeTrial(store, keyOf(1), {}, { auroc: 0.5 });
    await sync();
    writeTrial(store, keyOf(2), {}, { auroc: 0.9, at: 1_700_000_100_000 });
    await sync();
    const replaced = [...server.mlflow.runs.values()].find(({ tags }) => tags.get('fsad.key') === keyOf(1));
    expect(replaced?.tags.get('replaced-by')).toBe(keyOf(2));
    const parent = run('htdg full · airplane · 2-shot · cifar10 smoke');
    const means = [...parent.points.values()].filter(({ key }) => key === 'auroc/mean');
    means.sort((a, b) => a.timestamp - b.timestamp);
    expect(means.map(({ value }) => value)).toEqual([0.5, 0.9]);
  });

  it('tells of a failed attempt, and of the good one that follows, in one run', async () => {
    const journal = beginTrial(store, keyOf(1));
    tellSteps(journal, 0, 5);
    journal.end('diverged', { message: 'loss is NaN', step: 4 });
    journal.close();
    await sync();
    expect(run(trialName(0)).status).toBe('FAILED');
    expect(run(trialName(0)).tags.get('message')).toBe('loss is NaN');
    writeTrial(store, keyOf(1), {}, { at: 1_700_000_100_000 });
    await sync();
    expect(run(trialName(0)).status).toBe('FINISHED');
    expect(contents(server.mlflow)).toEqual(await undisturbed());
  });

  it('says which file is gone from the store, and tells the rest', async () => {
    writeTrial(store, keyOf(1));
    unlinkSync(join(store, '01', keyOf(1), 'map-0.png'));
    const summary = await sync();
    expect(isComplete(summary)).toBe(true);
    expect(summary.notes).toEqual([expect.stringContaining('map-0.png: is gone')]);
    expect([...run(trialName(0)).artifacts.keys()]).toEqual(['configuration.json']);
  });

  it("reads no file that is not the trial's own, a regular one, of the stated size", async () => {
    writeTrial(store, keyOf(1));
    const folder = join(store, '01', keyOf(1));
    symlinkSync('/etc/hostname', join(folder, 'link'));
    writeFileSync(join(folder, 'grown'), 'abc');
    mkdirSync(join(folder, 'folder'));
    const path = journalPath(store, keyOf(1));
    const inside = ['link', 'grown', 'folder', '../../../../../dev/zero'].map(
      (name) => `01/${keyOf(1)}/${name}`,
    );
    const files = ['../../../dev/zero', '/dev/zero', `02/${keyOf(2)}/map-0.png`, ...inside];
    for (const [i, file] of files.entries()) {
      const artifact = {
        type: 'artifact',
        at: 1,
        path: `stolen-${i}`,
        file,
        bytes: 2,
        sha256: '0'.repeat(64),
      };
      appendFileSync(path, encodeRecord(artifact));
    }
    appendFileSync(path, encodeRecord({ type: 'commit', offset: statSync(path).size }));
    const summary = await sync();
    expect(isComplete(summary)).toBe(true);
    expect(summary.notes).toHaveLength(files.length);
    expect([...run(trialName(0)).artifacts.keys()].sort()).toEqual(['configuration.json', 'map-0.png']);
  });

  it("tells the others where one journal is another trial's, and passes over what is none", async () => {
    writeThree();
    copyFileSync(journalPath(store, keyOf(2)), journalPath(store, keyOf(1)));
    writeFileSync(join(store, 'tracking', 'journals', '02', 'notes.journal'), 'x');
    const summary = await sync();
    expect(summary).toMatchObject({ told: 2, remaining: 1, stopped: null });
    expect(summary.failures).toEqual([
      { what: `trial ${keyOf(1)}`, message: expect.stringContaining(`the journal of trial ${keyOf(2)}`) },
    ]);
  });

  describe('of a finished trial completes', () => {
    /** Finishes the trial as its result would. */
    const results: StoredResults = {
      keys: async () => [keyOf(1)],
      completeJournal: async (key) => {
        const journal = beginTrial(store, key);
        endTrial(store, journal, 0.9);
        journal.close();
        return true;
      },
    };

    it.each(['torn', 'empty', 'gone'])('its journal when it is %s', async (how) => {
      writeTrial(store, keyOf(1));
      const path = journalPath(store, keyOf(1));
      if (how === 'gone') rmSync(path);
      else truncateSync(path, how === 'torn' ? 3000 : 0);
      const before = await sync();
      expect(before.remaining).toBe(0);
      expect([...server.mlflow.runs.values()].map(({ status }) => status)).not.toContain('FINISHED');
      const summary = await sync({ results });
      expect(isComplete(summary)).toBe(true);
      expect(summary.notes).toEqual([expect.stringContaining('completed from its result')]);
      expect(run(trialName(0))).toMatchObject({ status: 'FINISHED' });
      const requests = server.requests.length;
      expect((await sync({ results })).told).toBe(0);
      expect(server.requests.slice(requests)).toEqual(['GET experiments/get-by-name']);
    });

    it('nothing of a trial that another process works on', async () => {
      const journal = beginTrial(store, keyOf(1));
      tellSteps(journal, 0, 5);
      const busy = { ...results, completeJournal: async () => false };
      expect(isComplete(await sync({ results: busy }))).toBe(true);
      expect(run(trialName(0)).status).toBe('RUNNING');
      journal.close();
    });
  });

  it('leaves a run deleted that was deleted in MLflow', async () => {
    const journal = beginTrial(store, keyOf(1));
    tellSteps(journal, 0, 5);
    await sync();
    run(trialName(0)).deleted = true;
    tellSteps(journal, 5, 10);
    journal.close();
    const summary = await sync();
    expect(isComplete(summary)).toBe(true);
    expect(summary.notes).toEqual([expect.stringContaining('was deleted in MLflow and stays so')]);
    expect(server.mlflow.runs.size).toBe(2);
  });

  it('restores an experiment that was deleted when there are new runs for it', async () => {
    writeTrial(store, keyOf(1));
    await sync();
    for (const experiment of server.mlflow.experiments.values()) experiment.deleted = true;
    writeTrial(store, keyOf(2), { trial: 1 });
    expect((await sync()).notes).toEqual([expect.stringContaining('experiment shots was deleted')]);
    expect(run(trialName(1)).status).toBe('FINISHED');
  });

  it('is not kept from the other trials by one the server refuses', async () => {
    writeThree();
    server.fault({
      endpoint: 'log-batch',
      kind: { status: 400, body: '{"error_code":"INVALID_PARAMETER_VALUE"}' },
      after: 1,
    });
    const first = await sync();
    expect(first).toMatchObject({ told: 2, remaining: 1, stopped: null });
    expect(first.failures).toEqual([{ what: `trial ${keyOf(1)}`, message: expect.stringContaining('400') }]);
    expect(isComplete(await sync())).toBe(true);
    expect(contents(server.mlflow)).toEqual(await undisturbed());
  });

  it('is not kept from the other trials by one the server always stumbles over', async () => {
    writeThree();
    server.fault({ endpoint: 'log-inputs', kind: { status: 500 }, times: 8 });
    expect(await sync()).toMatchObject({ told: 2, remaining: 1, stopped: null });
  });

  it('is done by one process at a time', async () => {
    writeTrial(store, keyOf(1));
    await sync();
    const lock = acquireLock(join(store, 'tracking', 'sync.lock'), 'Telling MLflow');
    await expect(sync()).rejects.toThrow(/Telling MLflow by process \d+ on this machine is under way/);
    lock.release();
  });

  it('stops when asked, and goes on later', async () => {
    writeThree();
    const ender = new AbortController();
    const onProgress = (): void => ender.abort();
    const summary = await sync({ signal: ender.signal, onProgress });
    expect(summary).toMatchObject({ told: 1, remaining: 2, stopped: 'it was stopped before the end' });
    await sync();
    expect(contents(server.mlflow)).toEqual(await undisturbed());
  });

  it('removes the second copy of a run whose creation went unanswered', async () => {
    writeTrial(store, keyOf(1));
    server.fault({ endpoint: 'runs/create', kind: { status: 503 }, after: 1 });
    await sync();
    const { name, experimentId, tags } = run(trialName(0));
    server.mlflow.endpoints['POST runs/create']({
      experiment_id: experimentId,
      run_name: name,
      start_time: 1,
      tags: [...tags].map(([key, value]) => ({ key, value })),
    });
    await sync();
    expect(run(trialName(0)).points.size).toBeGreaterThan(0);
  });
});

describe('a server that fails', () => {
  it('absent from the start is named, and told everything once it is there', async () => {
    writeThree();
    await server.stop();
    const summary = await sync({ retry: { maxRetries: 2 } });
    expect(summary).toMatchObject({
      told: 0,
      remaining: 3,
      stopped: expect.stringContaining('connection refused'),
    });
    await server.start();
    expect(isComplete(await sync())).toBe(true);
    expect(contents(server.mlflow)).toEqual(await undisturbed());
  });

  it.each([1, 4, 8, 13, 19, 26, 34])(
    'dying after %i requests and coming back is told the rest',
    async (requests) => {
      writeThree();
      const expected = await undisturbed();
      server.fault({ kind: 'drop', after: requests, times: 3 });
      const summary = await sync({ retry: { maxRetries: 1 } });
      expect(summary.stopped).not.toBeNull();
      expect(isComplete(await sync())).toBe(true);
      expect(contents(server.mlflow)).toEqual(expected);
      expect([...server.mlflow.runs.values()].filter(({ deleted }) => deleted)).toEqual([]);
    },
  );

  it('answering 429 and 500 with Retry-After is waited for', async () => {
    writeThree();
    const waits: number[] = [];
    for (let after = 2; after < 40; after += 6) {
      server.fault({ kind: { status: 429, headers: { 'retry-after': '3' } }, after });
      server.fault({ kind: { status: 500, headers: { 'retry-after': '5' } }, after: after + 3 });
    }
    expect(isComplete(await sync({}, waits))).toBe(true);
    expect(new Set(waits)).toEqual(new Set([3000, 5000]));
    expect(contents(server.mlflow)).toEqual(await undisturbed());
  });

  it.each(['cut-answer', 'half-batch', 'hang', 'late'] as const)(
    'with "%s" now and then ends complete, nothing doubled',
    async (kind) => {
      writeThree();
      const expected = await undisturbed();
      const endpoint = kind === 'half-batch' ? 'log-batch' : '';
      for (let after = 1; after < 40; after += 5) server.fault({ kind, endpoint, after });
      await sync({ retry: { timeoutMs: 300 } });
      await server.settle();
      expect(isComplete(await sync())).toBe(true);
      expect(contents(server.mlflow)).toEqual(expected);
    },
  );

  it('that answers a page instead of JSON is not taken for MLflow', async () => {
    writeThree();
    server.fault({ kind: { status: 200, body: '<html>login</html>' } });
    expect(await sync()).toMatchObject({ remaining: 3, stopped: expect.stringContaining('not JSON') });
  });
});

function stateFile(): string {
  const folder = join(store, 'tracking', 'sync');
  return join(folder, readdirSync(folder)[0]);
}
