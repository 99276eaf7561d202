import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { defaultRetryPolicy, MlflowClient, type Connection } from '@fsad/mlflow-client';
import { startFakeServer, type FakeServer } from '@fsad/mlflow-client/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isComplete, LiveSync, syncStore } from '../src/index.ts';
import { acquireLock } from '@fsad/files';
import { beginTrial, contents, endTrial, keyOf, tellSteps, writeTrial } from './stores.ts';

let store: string;
let server: FakeServer;
let notes: string[];
let live: LiveSync | undefined;

beforeEach(async () => {
  store = mkdtempSync(join(tmpdir(), 'fsad-live-'));
  server = await startFakeServer();
  notes = [];
});
afterEach(async () => {
  await live?.finish(1);
  live = undefined;
  expect(server.mlflow.violations).toEqual([]);
  await server.stop();
  rmSync(store, { recursive: true });
});

function connection(uri = server.url, timeoutMs = 10_000): Connection {
  return { uri, retry: { ...defaultRetryPolicy, backoffFactor: 0.01, backoffJitter: 0, timeoutMs } };
}

function begin(timeoutMs?: number): LiveSync {
  live = new LiveSync(store, connection(undefined, timeoutMs), (note) => notes.push(note), { everyMs: 10 });
  return live;
}

const sync = (uri?: string, timeoutMs?: number) =>
  syncStore(store, new MlflowClient(connection(uri, timeoutMs)));

async function undisturbed(): Promise<object[]> {
  const other = await startFakeServer();
  expect(isComplete(await sync(other.url))).toBe(true);
  await other.stop();
  return contents(other.mlflow);
}

const eventually = (fact: () => void) => vi.waitFor(fact, { timeout: 60_000 });
const pointsTold = (): number =>
  [...server.mlflow.runs.values()].reduce((sum, { points }) => sum + points.size, 0);

/** Two trials that go on while the server lives its life: `halfway` happens between their steps. */
async function twoTrials(halfway: () => Promise<void>): Promise<void> {
  const first = beginTrial(store, keyOf(1), { trial: 0 });
  tellSteps(first, 0, 15);
  await halfway();
  tellSteps(first, 15, 30);
  endTrial(store, first, 0.8);
  first.close();
  writeTrial(store, keyOf(2), { trial: 1 }, { at: 1_700_000_001_000 });
}

describe('a live sync', () => {
  it('tells steps while their trial goes on, and all of it at the end', async () => {
    const one = begin();
    await twoTrials(() => eventually(() => expect(pointsTold()).toBe(30)));
    expect(await one.finish(10_000)).toEqual({ complete: true, remaining: 0, reason: null });
    expect(contents(server.mlflow)).toEqual(await undisturbed());
    expect(notes).toEqual([]);
  });

  it('with a server absent from the start says so once, and what remains', async () => {
    await server.stop();
    const one = begin();
    await twoTrials(() => eventually(() => expect(notes).toHaveLength(1)));
    await wait(50);
    expect(notes).toEqual([
      expect.stringMatching(/not being told for now: .*connection refused.*keep everything/),
    ]);
    const end = await one.finish(500);
    expect(end).toMatchObject({
      complete: false,
      remaining: 2,
      reason: expect.stringContaining('connection refused'),
    });
    await server.start();
    expect(isComplete(await sync())).toBe(true);
    expect(contents(server.mlflow)).toEqual(await undisturbed());
  });

  it('with a server that dies and comes back tells what it missed', async () => {
    const one = begin();
    await twoTrials(async () => {
      await eventually(() => expect(pointsTold()).toBe(30));
      await server.stop();
      tellSteps(beginTrial(store, keyOf(3), { trial: 2 }), 0, 3);
      await eventually(() => expect(notes).toHaveLength(1));
      await server.start();
      await eventually(() =>
        expect(notes).toEqual([expect.anything(), expect.stringContaining('answers again')]),
      );
    });
    expect(await one.finish(10_000)).toMatchObject({ complete: true });
    expect(contents(server.mlflow)).toEqual(await undisturbed());
  });

  it('with a server that answers 429 and 500 with Retry-After ends complete', async () => {
    const headers = { 'retry-after': '0.05' };
    for (let after = 1; after < 40; after += 4) {
      server.fault({ kind: { status: after % 8 === 1 ? 429 : 500, headers }, after, times: 2 });
    }
    const one = begin();
    await twoTrials(() => wait(200));
    expect(await one.finish(10_000)).toMatchObject({ complete: true });
    expect(contents(server.mlflow)).toEqual(await undisturbed());
  });

  it.each(['half-batch', 'cut-answer', 'hang', 'late'] as const)(
    'with a server that does "%s" ends complete, nothing doubled',
    async (kind) => {
      for (let after = 1; after < 30; after += 4) {
        server.fault({ kind, endpoint: kind === 'half-batch' ? 'log-batch' : '', after });
      }
      const one = begin(100);
      await twoTrials(() => wait(300));
      await one.finish(2000);
      await server.settle();
      expect(isComplete(await sync(server.url, 300))).toBe(true);
      expect(contents(server.mlflow)).toEqual(await undisturbed());
    },
  );

  it('with a server that never returns costs the end no more than its limit', async () => {
    server.fault({ kind: 'hang', times: 1000 });
    const one = begin();
    await twoTrials(() => wait(50));
    const began = performance.now();
    expect(await one.finish(300)).toMatchObject({ complete: false, remaining: 2 });
    expect(performance.now() - began).toBeGreaterThan(250);
    expect(performance.now() - began).toBeLessThan(3000);
  });

  it('keeps silent while another sync is at work', async () => {
    writeTrial(store, keyOf(1));
    const lock = acquireLock(join(store, 'tracking', 'sync.lock'), 'Telling MLflow');
    const one = begin();
    await wait(50);
    expect(await one.finish(100)).toMatchObject({
      complete: false,
      remaining: null,
      reason: expect.stringContaining('under way'),
    });
    expect(notes).toEqual([]);
    lock.release();
  });
});
