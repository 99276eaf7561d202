import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { indexLines, resultPath } from '../src/store/index.ts';
import type { RunEvent } from '../src/run-events.ts';
import { runExperiment } from '../src/run-experiment.ts';
import { runOptions, smallExperiment } from './support/experiments.ts';

const tiny = mkdtempSync(join(tmpdir(), 'fsad-tiny-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', tiny]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', [tiny]);
  rmSync(tiny, { recursive: true });
});

const filler = join(tiny, 'filler');
const index = join(tiny, 'index.jsonl');

/** Leaves no room at all, not even in the last page of the index. */
function fill(): void {
  for (const file of existsSync(index) ? [filler, index] : [filler]) {
    try {
      for (;;) writeFileSync(file, '\n'.repeat(64), { flag: 'a' });
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    }
  }
}

/** Every folder of results there can be. */
const resultFolders = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

describe.skipIf(!mounted)('a real disk that fills up (skipped where mounting is not allowed)', () => {
  let store: string;
  beforeEach(async () => {
    store = await mkdtemp(join(tmpdir(), 'fsad-disk-'));
  });
  afterEach(async () => {
    await rm(store, { recursive: true, force: true });
    for (const name of ['filler', 'index.jsonl', 'tracking', 'work', ...resultFolders]) {
      rmSync(join(tiny, name), { recursive: true, force: true });
    }
  });

  it.each([
    ['journals', ['tracking']],
    ['results', resultFolders],
    ['unfinished work', ['work']],
    ['index', ['index.jsonl']],
  ])(
    'under the %s stops the run with a clear reason, loses nothing finished, and does not hinder the next run',
    async (_, names) => {
      for (const name of names) {
        if (name === 'index.jsonl') writeFileSync(index, '');
        else mkdirSync(join(tiny, name));
        symlinkSync(join(tiny, name), join(store, name));
      }
      const finished: string[] = [];
      const onEvent = (event: RunEvent): void => {
        if (event.type !== 'finish') return;
        finished.push(event.key);
        if (finished.length === 2) fill();
      };
      const stopped = await runExperiment(runOptions(store, smallExperiment(), { onEvent, workers: 1 }));
      expect(stopped).toMatchObject({ ok: 2, failed: 0, left: 6, interrupted: false });
      expect(stopped.stopped).toMatch(/no room left on the disk for .*run the same command again/);
      const results = await Promise.all(finished.map((key) => readFile(resultPath(store, key), 'utf8')));

      rmSync(filler);
      const ended = await runExperiment(runOptions(store, smallExperiment()));
      expect(ended).toMatchObject({ ok: 8, failed: 0, left: 0, stopped: null });
      expect(await Promise.all(finished.map((key) => readFile(resultPath(store, key), 'utf8')))).toEqual(
        results,
      );
      const indexed = new Set<string>();
      for await (const { key } of indexLines(store)) indexed.add(key);
      expect(indexed.size).toBe(8);
    },
  );
});
