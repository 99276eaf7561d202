import { mkdtemp, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  JournalError,
  journalKeys,
  journalPath,
  openJournal,
  scanJournal,
  type JournalEvent,
} from '@fsad/tracking';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { completeJournal, endingOf } from '../src/trial/index.ts';
import { readResult } from '../src/index.ts';
import { runExperiment } from '../src/run-experiment.ts';
import { request, runOptions, smallExperiment } from './support/experiments.ts';

let store: string;
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'fsad-journal-'));
});
afterEach(() => rm(store, { recursive: true, force: true }));

const run = (name: string) => {
  const experiment = smallExperiment({ name });
  const one = request(experiment, { where: ['class=3 shots=1 trial=0'] });
  return runExperiment(runOptions(store, experiment, { request: one }));
};

/** The key and the events of the one journal in the store. */
function journal(): { key: string; events: JournalEvent[] } {
  const [key] = journalKeys(store);
  const events: JournalEvent[] = [];
  scanJournal(journalPath(store, key), (event) => events.push(event));
  return { key, events };
}

describe('the journal of a trial', () => {
  it('that cannot be written ends the run as any full disk does, not the trial as failed', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    const ending = endingOf(new JournalError('store/ab.journal', 100, full));
    expect(ending).toMatchObject({ diskFull: true, outside: true });
    expect(ending.message).toContain('the journal store/ab.journal: the disk is full');
  });

  it('holds configuration and result before it says that the trial ended', async () => {
    await run('small');
    const { key, events } = journal();
    const end = events.findIndex(({ type }) => type === 'ended');
    const documents = events.slice(0, end).filter((event) => event.type === 'document');
    expect(documents.map(({ path }) => path)).toEqual(['configuration.json', 'result.json']);
    const result = await readResult(store, key);
    expect(documents.map(({ text }) => JSON.parse(text))).toEqual([result?.inputs, result]);
  });

  it.each(['torn', 'empty', 'gone'])('is completed from the result when it is %s', async (how) => {
    await run('small');
    const { key, events } = journal();
    const path = journalPath(store, key);
    if (how === 'gone') await rm(path);
    else await truncate(path, how === 'empty' ? 0 : Math.floor((await stat(path)).size / 2));
    expect(await completeJournal(store, key)).toBe(true);
    const untimed = (event: JournalEvent): object => ({ ...event, at: 0 });
    const told = (of: readonly JournalEvent[], ...types: string[]): object[] =>
      of.filter(({ type }) => types.includes(type)).map(untimed);
    expect(told(journal().events, 'ended', 'document')).toEqual(told(events, 'ended', 'document'));
    expect(journal().events.some(({ type }) => type === 'started')).toBe(true);
    expect(await completeJournal(store, key)).toBe(false);
  });

  it('is left alone while another process writes it', async () => {
    await run('small');
    const { key } = journal();
    const held = openJournal(store, key);
    expect(await completeJournal(store, key)).toBe(false);
    held.close();
  });

  it('learns of the cells of a second experiment that finds the result', async () => {
    await run('small');
    await run('other');
    const cells = journal().events.filter((event) => event.type === 'cell');
    expect(cells).toMatchObject([{ cell: { experiment: 'other', class: '3', trial: 0 } }]);
  });
});
