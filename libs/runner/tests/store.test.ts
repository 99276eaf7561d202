import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, readSummaries, sidePath, type Cell, type TrialSummary } from '../src/index.ts';
import { writeResult } from '../src/store/index.ts';
import { sampleCell, sampleResult } from './support/samples.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fsad-store-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function summaryOf(cell: Cell): Promise<TrialSummary[]> {
  const found: TrialSummary[] = [];
  for await (const summary of readSummaries(directory))
    if (summary.cell.class === cell.class) found.push(summary);
  return found;
}

describe('store', () => {
  it('keeps a result under its key and finds it by its cell when opened again', async () => {
    const result = sampleResult('a');
    await (await openStore(directory)).commit(result);
    const text = await readFile(join(directory, result.key.slice(0, 2), `${result.key}.json`), 'utf8');
    expect(JSON.parse(text)).toEqual(result);
    const again = await openStore(directory);
    expect(again.cell(result.cells[0])).toMatchObject({ key: result.key, status: 'ok' });
  });

  it('rebuilds its index from the results when the index is lost', async () => {
    const store = await openStore(directory);
    await store.commit(sampleResult('a'));
    await store.commit(sampleResult('b'));
    const before = await readFile(join(directory, 'index.jsonl'), 'utf8');
    await rm(join(directory, 'index.jsonl'));
    await openStore(directory);
    const lines = (text: string): string[] => text.split('\n').filter(Boolean).sort();
    expect(lines(await readFile(join(directory, 'index.jsonl'), 'utf8'))).toEqual(lines(before));
  });

  it('finds a result whose index line was torn by a crash, and later ones too', async () => {
    const store = await openStore(directory);
    await store.commit(sampleResult('a'));
    await appendFile(join(directory, 'index.jsonl'), '\n{"key":"torn');
    await store.commit(sampleResult('b'));
    const again = await openStore(directory);
    expect(again.cell(sampleCell('a'))?.status).toBe('ok');
    expect(again.cell(sampleCell('b'))?.status).toBe('ok');
  });

  it('gives the summaries of a store without its index and without writing to it', async () => {
    await (await openStore(directory)).commit(sampleResult('a'));
    await rm(join(directory, 'index.jsonl'));
    expect(await summaryOf(sampleCell('a'))).toHaveLength(1);
    expect(await readdir(directory)).not.toContain('index.jsonl');
  });

  it('enters a second experiment on a finished result without another file', async () => {
    const store = await openStore(directory);
    const result = sampleResult('a');
    const other = { ...sampleCell('a'), experiment: 'other' };
    await store.commit(result);
    await store.adopt(result.key, [other]);
    expect((await openStore(directory)).cell(other)?.key).toBe(result.key);
    expect((await store.read(result.key))?.cells).toEqual([other, result.cells[0]]);
  });

  it('gives a cell to the later key and deletes the result nobody holds any more', async () => {
    const store = await openStore(directory);
    const old = sampleResult('a');
    const replacement = { ...old, key: 'f'.repeat(64) };
    await store.commit(old);
    await store.commit(replacement);
    expect(store.cell(sampleCell('a'))?.key).toBe(replacement.key);
    expect(await store.read(old.key)).toBeNull();
    expect(await summaryOf(sampleCell('a'))).toHaveLength(1);
  });

  it('removes the side files of a result nobody holds any more', async () => {
    const store = await openStore(directory);
    const old = sampleResult('a');
    await mkdir(sidePath(directory, old.key), { recursive: true });
    await writeFile(join(sidePath(directory, old.key), 'scores.json'), '{}');
    await store.commit(old);
    await store.commit({ ...old, key: 'f'.repeat(64) });
    expect(await readdir(join(directory, old.key.slice(0, 2)))).toEqual([]);
  });

  it('notices that a failed trial was done well before the index heard of it', async () => {
    const store = await openStore(directory);
    const good = sampleResult('a');
    const failure = { step: null, message: 'killed', outside: true };
    await store.commit({ ...good, status: 'killed', failure, metrics: null });
    await writeResult(directory, good);
    expect((await summaryOf(sampleCell('a')))[0].status).toBe('ok');
    expect((await openStore(directory)).cell(sampleCell('a'))?.status).toBe('ok');
  });

  it('removes the work folder of a finished trial, and keeps that of an unfinished one', async () => {
    const store = await openStore(directory);
    const result = sampleResult('a');
    await store.commit(result);
    await mkdir(join(directory, 'work', result.key));
    await mkdir(join(directory, 'work', 'e'.repeat(64)));
    await openStore(directory);
    expect(await readdir(join(directory, 'work'))).toEqual(['e'.repeat(64)]);
  });

  it('sweeps the temporary file of a process that is gone, and leaves that of one that lives', async () => {
    const result = sampleResult('a');
    await (await openStore(directory)).commit(result);
    const { hostTag } = await import('@fsad/files');
    const folder = join(directory, result.key.slice(0, 2));
    await writeFile(join(folder, `.x.json.${hostTag}-4194304-0a.tmp`), 'half');
    await writeFile(join(folder, `.y.json.${hostTag}-${process.pid}-0a.tmp`), 'half');
    await writeFile(join(folder, `.z.json.ffffffff-1-0a.tmp`), 'half');
    await writeFile(join(folder, `.w.json.ffffffff-1-0a.tmp`), 'half');
    await utimes(join(folder, `.w.json.ffffffff-1-0a.tmp`), 1, 1);
    const store = await openStore(directory);
    expect(store.notes).toEqual(['removed 2 temporary files of a process that was stopped']);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp')).sort()).toEqual([
      `.y.json.${hostTag}-${process.pid}-0a.tmp`,
      '.z.json.ffffffff-1-0a.tmp',
    ]);
  });

  it('names a damaged result and treats its cell as not run', async () => {
    const result = sampleResult('a');
    await (await openStore(directory)).commit(result);
    await rm(join(directory, 'index.jsonl'));
    await writeFile(join(directory, result.key.slice(0, 2), `${result.key}.json`), '{"schema": 1, "key"');
    const store = await openStore(directory);
    expect(store.notes[0]).toContain(`${result.key}.json: damaged`);
    expect(store.cell(sampleCell('a'))).toBeUndefined();
  });

  it('keeps the index short when cells are committed over and over', async () => {
    const store = await openStore(directory);
    for (let i = 0; i < 150; i++) await store.commit(sampleResult('a'));
    await openStore(directory);
    expect((await readFile(join(directory, 'index.jsonl'), 'utf8')).split('\n').filter(Boolean)).toHaveLength(
      1,
    );
  });
});
