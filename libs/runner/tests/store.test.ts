import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { canonicalJson, sha256Hex } from '@fsad/files';
import { journalPath } from '@fsad/tracking/journal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  decodeLine,
  decodeResult,
  encodeLine,
  encodeResult,
  openStore,
  readSummaries,
  sidePath,
  summaries,
  trialKey,
  type Cell,
  type TrialResult,
  type TrialSummary,
} from '../src/index.ts';
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

/** The result of the same cell, made with another decoder of pictures. */
function otherwise(result: TrialResult): TrialResult {
  const inputs = { ...result.inputs, decoder: 'another' };
  return { ...result, inputs, key: trialKey(inputs) };
}

describe('a stored result', () => {
  const { key, ...rest } = sampleResult('a');
  const stored = JSON.parse(encodeResult({ key, ...rest })) as Record<string, unknown>;
  const read = (changes: object): TrialResult =>
    decodeResult(JSON.stringify({ ...stored, ...changes }), 'a.json', key);
  /** With a checksum that fits what was changed. */
  const signed = (changes: object): TrialResult => {
    const { checksum, ...plain } = { ...stored, ...changes };
    expect(checksum).toBeDefined();
    return read({ ...changes, checksum: sha256Hex(canonicalJson(plain)) });
  };

  it('is read back whole, also one from before there were checksums', () => {
    expect(read({})).toEqual(sampleResult('a'));
    expect(read({ schema: 1, checksum: undefined })).toEqual(sampleResult('a'));
  });

  it('that was edited by hand is named', () => {
    const metrics = { ...rest.metrics, auroc: 0.76 };
    expect(() => read({ metrics })).toThrow(
      'a.json: was changed since it was written: its checksum does not fit',
    );
  });

  it.each([
    ['another trial', { key: 'f'.repeat(64) }, 'the result of another trial'],
    [
      'other inputs',
      { inputs: { ...rest.inputs, decoder: 'x' } },
      'inputs are not those that its key stands for',
    ],
    ['another split', { split: { ...rest.split, id: 'x' } }, 'its split is not the one'],
    [
      'a name that leads out',
      { cells: [{ ...sampleCell('a'), experiment: '../../x' }] },
      'cells[0].experiment',
    ],
    ['a budget that leads out', { cells: [{ ...sampleCell('a'), budget: '../x' }] }, 'cells[0].budget'],
    ['a class that leads out', { cells: [{ ...sampleCell('a'), class: 'a/../b' }] }, 'cells[0].class'],
    [
      'a picture elsewhere',
      { artefacts: [{ kind: 'map', file: '../../x.png', image: null, score: null }] },
      'artefacts[0].file',
    ],
    ['an unknown field', { more: 1 }, 'more'],
    ['no numbers', { metrics: null }, 'do not fit one another'],
  ])('of %s is refused, whatever its checksum says', (_, changes, problem) => {
    expect(() => signed(changes)).toThrow(problem);
  });

  it('cannot hold a number that is none', () => {
    const metrics = { ...rest.metrics, auroc: NaN } as TrialResult['metrics'];
    expect(() => encodeResult({ key, ...rest, metrics })).toThrow(
      /trial [0-9a-f]{64} cannot be stored: metrics.auroc/,
    );
  });
});

describe('a line of the index', () => {
  const [summary] = summaries(sampleResult('a'));
  const line = encodeLine(summary);

  it('is JSON, and read back', () => {
    expect(JSON.parse(line)).toMatchObject(summary);
    expect(decodeLine(line)).toEqual(summary);
  });

  it.each([line.replace('0.75', '0.76'), line.slice(0, -1), JSON.stringify(summary), '', '{}', 'null'])(
    'that was changed is passed over: %s',
    (changed) => {
      expect(decodeLine(changed)).toBeNull();
    },
  );
});

describe('store', () => {
  it('says what cannot be written where its folder cannot be made', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    await expect(openStore(file)).rejects.toThrow(
      /file.work: the store cannot be written there: a file is in the way/,
    );
  });

  it('does not believe a line of its index that was changed', async () => {
    const result = sampleResult('a');
    await (await openStore(directory)).commit(result);
    const path = join(directory, 'index.jsonl');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"auroc":0.75', '"auroc":0.95'));
    expect((await summaryOf(sampleCell('a')))[0].metrics?.auroc).toBe(0.75);
  });

  it('keeps a result under its key and finds it by its cell when opened again', async () => {
    const result = sampleResult('a');
    await (await openStore(directory)).commit(result);
    const text = await readFile(join(directory, result.key.slice(0, 2), `${result.key}.json`), 'utf8');
    expect(JSON.parse(text)).toEqual({ ...result, checksum: expect.stringMatching(/^[0-9a-f]{64}$/) });
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
    const replacement = otherwise(old);
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
    await store.commit(otherwise(old));
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

  it('removes the work folder and the lock that a dead process left of a finished trial, and keeps the work of an unfinished one', async () => {
    const store = await openStore(directory);
    const result = sampleResult('a');
    await store.commit(result);
    await mkdir(join(directory, 'work', result.key));
    await mkdir(join(directory, 'work', 'e'.repeat(64)));
    const lock = `${journalPath(directory, result.key)}.lock`;
    await mkdir(dirname(lock), { recursive: true });
    await writeFile(lock, JSON.stringify({ pid: 4194304, host: hostname() }));
    await openStore(directory);
    expect(existsSync(lock)).toBe(false);
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
    expect(store.notes[0]).toContain(`${result.key}.json: not valid JSON, cut short or edited by hand`);
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
