import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultRetryPolicy, MlflowClient } from '@fsad/mlflow-client';
import { startFakeServer } from '@fsad/mlflow-client/testing';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isComplete, JournalError, journalPath, openJournal, syncStore } from '../src/index.ts';
import { scanJournal } from '../src/journal-file.ts';
import { diskThat, full } from './disk.ts';
import { cell } from './stores.ts';

const key = 'cd'.repeat(32);
let store: string;

beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'fsad-full-'));
});
afterEach(() => rmSync(store, { recursive: true }));

const steps = (): number[] => {
  const found: number[] = [];
  scanJournal(journalPath(store, key), (event) => event.type === 'metrics' && found.push(event.step));
  return found;
};

describe('a journal on a full disk', () => {
  it('keeps points in memory, leaves a valid file, and writes all when there is room', () => {
    let now = 0;
    let room = Infinity;
    const journal = openJournal(store, key, { elapsed: () => now, files: diskThat({ room: () => room }) });
    journal.metric('loss', 0, 1);
    journal.commit();
    room = 0;
    for (let step = 1; step < 50; step++) {
      now += 400;
      journal.metric('loss', step, 1);
    }
    expect(steps()).toEqual([0]);
    expect(scanJournal(journalPath(store, key)).length).toBe(scanJournal(journalPath(store, key)).end);
    expect(() => journal.commit()).toThrow(/disk is full.*free some space/s);
    room = Infinity;
    journal.end('ok');
    journal.close();
    expect(steps()).toEqual(Array.from({ length: 50 }, (_, step) => step));
  });

  it('undoes a write that was cut by the full disk', () => {
    let left = 10;
    let limited = false;
    const files = diskThat({ room: () => (limited ? left-- : Infinity) });
    const journal = openJournal(store, key, { files });
    journal.metric('loss', 0, 1);
    journal.commit();
    const end = statSync(journalPath(store, key)).size;
    limited = true;
    journal.metric('loss', 1, 1);
    expect(() => journal.commit()).toThrow(JournalError);
    expect(statSync(journalPath(store, key)).size).toBe(end);
    limited = false;
    journal.close();
    expect(steps()).toEqual([0, 1]);
  });

  it('stops taking points when its memory is full, and says so', () => {
    let room = Infinity;
    const files = diskThat({ room: () => room });
    const journal = openJournal(store, key, { files, bufferBytes: 1000 });
    room = 0;
    const tell = (): void => {
      for (let step = 0; step < 100; step++) journal.metric('loss', step, 1);
    };
    expect(tell).toThrow(JournalError);
    room = Infinity;
    journal.close();
    expect(steps().length).toBeGreaterThan(5);
  });

  it('names the system error of a failed fsync', () => {
    let broken = false;
    const files = diskThat({
      beforeSync: () => {
        if (broken) throw full();
      },
    });
    const journal = openJournal(store, key, { files });
    broken = true;
    journal.metric('loss', 0, 1);
    expect(() => journal.commit()).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
    broken = false;
    journal.close();
  });
});

/** Fills the disk that `path` lies on. */
function fill(path: string): void {
  const write = (): void => {
    for (;;) writeFileSync(path, Buffer.alloc(4096), { flag: 'a' });
  };
  expect(write).toThrow(/ENOSPC/);
}

const tiny = mkdtempSync(join(tmpdir(), 'fsad-tiny-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', tiny]).status === 0;

describe.skipIf(!mounted)(
  'a journal on a real disk of 256 KiB (skipped where mounting is not allowed)',
  () => {
    afterAll(() => {
      if (mounted) spawnSync('umount', [tiny]);
      rmSync(tiny, { recursive: true });
    });

    it('fails with a clear error, stays valid, and goes on after space was freed', () => {
      const journal = openJournal(tiny, key);
      const filler = join(tiny, 'filler');
      mkdirSync(join(tiny, 'x'));
      journal.metric('loss', 0, 1);
      journal.commit();
      fill(filler);
      for (let step = 1; step <= 100; step++) journal.metric('loss', step, 1);
      expect(() => journal.commit()).toThrow(/disk is full/);
      const found = scanJournal(journalPath(tiny, key));
      expect(found.length).toBe(found.end);
      rmSync(filler);
      journal.end('ok');
      journal.close();
      let points = 0;
      scanJournal(journalPath(tiny, key), (event) => void (event.type === 'metrics' && points++));
      expect(points).toBe(101);
    });

    it('ends a sync with a clear error, and all is told once there is room', async () => {
      const server = await startFakeServer();
      const client = new MlflowClient({ uri: server.url, retry: defaultRetryPolicy });
      const filler = join(tiny, 'filler');
      const journal = openJournal(tiny, 'ef'.repeat(32));
      journal.start({ cell, params: {}, tags: {} });
      journal.end('ok', { results: { auroc: 0.9 } });
      journal.close();
      mkdirSync(join(tiny, 'tracking', 'sync'), { recursive: true });
      fill(filler);
      await expect(syncStore(tiny, client)).rejects.toMatchObject({ code: 'ENOSPC' });
      rmSync(filler);
      expect(isComplete(await syncStore(tiny, client))).toBe(true);
      expect(server.mlflow.runs.size).toBe(2);
      await server.stop();
    });
  },
);
