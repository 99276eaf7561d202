import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addCell, journalPath, openJournal, type Cell, type JournalEvent } from '../src/index.ts';
import { scanJournal } from '../src/journal-file.ts';
import { encodeRecord } from '@fsad/files';
import { diskThat } from './disk.ts';

const key = 'ab'.repeat(32);
const cell: Cell = {
  experiment: 'shots',
  budget: 'smoke',
  dataset: 'cifar10',
  class: 'airplane',
  shots: 5,
  detector: 'htdg',
  variant: 'full',
  trial: 0,
};
let store: string;
let path: string;

beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'fsad-journal-'));
  path = journalPath(store, key);
});
afterEach(() => rmSync(store, { recursive: true }));

function events(): JournalEvent[] {
  const found: JournalEvent[] = [];
  scanJournal(path, (event) => found.push(event));
  return found;
}
const steps = (): number[] => events().flatMap((event) => (event.type === 'metrics' ? [event.step] : []));

describe('a journal', () => {
  it('gives back what was told, with times made once', () => {
    let now = 1000.4;
    const journal = openJournal(store, key, { clock: () => now++ });
    journal.start({ cell, params: { shots: '5' }, tags: { engine: 'native' } });
    journal.metrics(3, { loss: 0.5, gain: -Infinity, bad: NaN });
    journal.end('diverged', { message: 'loss is NaN', step: 3 });
    journal.close();
    expect(events().slice(1, 4)).toMatchObject([
      { type: 'started', cell, params: { shots: '5' }, tags: { engine: 'native' } },
      { type: 'metrics', step: 3, values: { loss: 0.5, gain: '-Infinity', bad: 'NaN' } },
      { type: 'ended', outcome: 'diverged', message: 'loss is NaN', step: 3, results: {} },
    ]);
    const times = events().flatMap((event) => ('at' in event ? [event.at] : []));
    expect(times.every(Number.isSafeInteger)).toBe(true);
    expect(times).toEqual([...times].sort());
  });

  it.each([1, 40, 70])('cut %i bytes before its end loses one record and says so', (bytes) => {
    const journal = openJournal(store, key);
    journal.metric('loss', 0, 1);
    journal.metric('loss', 1, 1);
    journal.close();
    writeFileSync(path, readFileSync(path).subarray(0, -bytes));
    const again = openJournal(store, key);
    expect(again.recovery.torn).toBeGreaterThan(0);
    expect(again.recovery.notes[0]).toContain('half-written');
    again.metric('loss', 1, 2);
    again.close();
    expect(steps()).toEqual([0, 1]);
    expect(scanJournal(path).damaged).toEqual([]);
  });

  it('leaves out a damaged record in the middle, reports it, and keeps the others', () => {
    const journal = openJournal(store, key);
    for (let step = 0; step < 3; step++) journal.metric('loss', step, 1);
    journal.close();
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"step":1', '"step":7'));
    const again = openJournal(store, key);
    again.close();
    expect(again.recovery.notes).toHaveLength(1);
    expect(again.recovery.notes[0]).toContain('damaged');
    expect(steps()).toEqual([0, 2]);
  });

  it('cut anywhere opens again with a prefix of its records', () => {
    const journal = openJournal(store, key);
    for (let step = 0; step < 4; step++) journal.metric('loss', step, 1);
    journal.close();
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length; length += 7) {
      writeFileSync(path, whole.subarray(0, length));
      openJournal(store, key).close();
      expect([0, 1, 2, 3].slice(0, steps().length)).toEqual(steps());
      expect(events()[0].type).toBe('journal');
    }
  });

  it('opened again keeps uncommitted points and ignores their repeats', () => {
    const journal = openJournal(store, key);
    journal.metric('loss', 0, 1);
    journal.close();
    const again = openJournal(store, key);
    again.metric('loss', 0, 1);
    again.close();
    expect(steps()).toEqual([0]);
  });

  it('commits what was told so far and not what follows', () => {
    const journal = openJournal(store, key);
    journal.metric('loss', 0, 1);
    journal.commit();
    const { committed } = scanJournal(path);
    journal.metric('loss', 1, 1);
    journal.close();
    expect(steps()).toEqual([0, 1]);
    expect(scanJournal(path).committed).toBe(committed);
    expect(readFileSync(path).subarray(0, committed).toString()).not.toContain('"step":1');
  });

  it('takes a further cell after its end', () => {
    openJournal(store, key).close();
    addCell(store, key, { ...cell, experiment: 'other' });
    expect(events()).toContainEqual(
      expect.objectContaining({ type: 'cell', cell: { ...cell, experiment: 'other' } }),
    );
    expect(scanJournal(path).committed).toBeGreaterThan(0);
  });

  it('refuses names, steps and files that MLflow or the store cannot hold, and stays usable', () => {
    const journal = openJournal(store, key);
    expect(() => journal.metric('auc@5%', 0, 1)).toThrow(/auc@5%.*only letters/);
    expect(() => journal.metric('../loss', 0, 1)).toThrow(/"\.\." part/);
    expect(() => journal.metric('loss', 0.5, 1)).toThrow(/whole number/);
    expect(() => journal.metric('loss', 0, '1' as unknown as number)).toThrow(/must be a number/);
    expect(() => journal.artifact('x.txt', '../outside.txt')).toThrow(/outside the trial's folder/);
    expect(() => journal.artifact('x.txt', 'ab/other.txt')).toThrow(/outside the trial's folder/);
    journal.metric('loss', 0, 1);
    journal.close();
    expect(steps()).toEqual([0]);
    expect(() => journal.metric('loss', 1, 1)).toThrow(/closed/);
  });

  it('refers to a file of the store with its size and digest', () => {
    mkdirSync(join(store, 'ab', key), { recursive: true });
    writeFileSync(join(store, 'ab', key, 'scores.json'), '{}');
    const journal = openJournal(store, key);
    journal.artifact('scores.json', join(store, 'ab', key, 'scores.json'));
    journal.close();
    expect(events()).toContainEqual(
      expect.objectContaining({
        type: 'artifact',
        path: 'scores.json',
        file: `ab/${key}/scores.json`,
        bytes: 2,
        sha256: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
      }),
    );
  });

  it('is written by one process at a time, and a dead one is no hindrance', () => {
    const journal = openJournal(store, key);
    expect(() => openJournal(store, key)).toThrow(/under way/);
    journal.close();
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 2 ** 30, host: 'elsewhere', token: 'x' }));
    expect(() => openJournal(store, key)).toThrow(/elsewhere/);
  });

  it('goes on writing when somebody sets the clock back by an hour', () => {
    let clock = 1_700_000_000_000;
    let elapsed = 0;
    const journal = openJournal(store, key, { clock: () => clock, elapsed: () => elapsed });
    journal.metric('loss', 0, 1);
    clock -= 3_600_000;
    elapsed += 1001;
    journal.metric('loss', 1, 1);
    expect(steps()).toEqual([0, 1]);
    journal.close();
  });

  it('leaves out a whole record that is nothing a journal holds', () => {
    const journal = openJournal(store, key);
    journal.metric('loss', 0, 1);
    journal.close();
    const strange = [
      { type: 'metrics', at: 1, step: '1', values: { loss: 1 } },
      { type: 'metrics', at: 1, step: 1, values: { loss: null } },
      { type: 'ended', at: 1, outcome: 'fine', results: {} },
      { type: 'dance', at: 1 },
      [],
      null,
    ];
    for (const record of strange) appendFileSync(path, encodeRecord(record));
    appendFileSync(path, encodeRecord({ type: 'metrics', at: 1, step: 2, values: { loss: 1 } }));
    appendFileSync(path, encodeRecord({ type: 'commit', offset: 1e9 }));
    expect(steps()).toEqual([0, 2]);
    const { damaged, committed } = scanJournal(path);
    expect(damaged).toHaveLength(strange.length);
    expect(committed).toBeLessThan(statSync(path).size);
  });

  it('is refused under the name of another trial', () => {
    openJournal(store, key).close();
    const other = journalPath(store, 'cd'.repeat(32));
    mkdirSync(dirname(other), { recursive: true });
    copyFileSync(path, other);
    expect(() => scanJournal(other)).toThrow(`this is the journal of trial ${key}`);
  });

  it.each(['../../x', 'AB'.repeat(32), 'ab'.repeat(31), ''])('has no place for the key %j', (bad) => {
    expect(() => journalPath(store, bad)).toThrow('64 hexadecimal digits');
  });

  it('writes after a second and synchronises after five', () => {
    let now = 0;
    let syncs = 0;
    const files = diskThat({ beforeSync: () => syncs++ });
    const journal = openJournal(store, key, { elapsed: () => now, files });
    const before = { size: statSync(path).size, syncs };
    journal.metric('loss', 0, 1);
    expect(statSync(path).size).toBe(before.size);
    now = 1001;
    journal.metric('loss', 1, 1);
    expect(steps()).toEqual([0, 1]);
    expect(syncs).toBe(before.syncs);
    now = 5002;
    journal.metric('loss', 2, 1);
    expect(syncs).toBe(before.syncs + 1);
    journal.close();
  });

  it('reads lines longer than a block', () => {
    mkdirSync(dirname(path), { recursive: true });
    const event: JournalEvent = {
      type: 'started',
      at: 1,
      cell,
      params: { long: 'x'.repeat(200_000) },
      tags: {},
    };
    appendFileSync(path, encodeRecord(event));
    expect(events()).toEqual([event]);
  });
});
