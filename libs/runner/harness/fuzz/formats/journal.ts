import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { encodeRecord } from '@fsad/files';
import { journalPath, openJournal, scanJournal, type JournalEvent } from '@fsad/tracking/journal';
import { namesFile, type Format } from '../format.ts';
import { resultOf } from './stored-trial.ts';

const { key, cells } = resultOf(0);

/** The journal of a trial: each record that is read carries a checksum that held, the others are left out and counted. */
export const journalFormat: Format = {
  name: 'journal',
  json: {
    take: (bytes) =>
      bytes
        .toString()
        .split('\n')[1]
        ?.replace(/^\d+ [0-9a-f]+ /, '') ?? '',
    put: (bytes, json) =>
      Buffer.concat([
        bytes,
        encodeRecord(JSON.parse(json)),
        encodeRecord({ type: 'commit', offset: bytes.length }),
      ]),
  },
  async samples(folder) {
    const journal = openJournal(folder, key, { clock: () => 1_700_000_000_000 });
    journal.start({ cell: cells[0], params: { 'settings.width': '32' }, tags: { engine: 'native' } });
    for (let step = 0; step < 5; step++)
      journal.metrics(step, { 'scale-0/loss': 1 / (step + 1), 'scale-0/gain': NaN });
    journal.document('configuration.json', '{}');
    journal.end('ok', { results: { auroc: 0.9 } });
    journal.close();
    return [await readFile(journalPath(folder, key))];
  },
  async read(bytes, _, folder) {
    const path = journalPath(folder, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
    const events: JournalEvent[] = [];
    const sums: string[] = [];
    const lines = Buffer.from(bytes);
    scanJournal(path, (event, start) => {
      events.push(event);
      sums.push(lines.toString('latin1', start, start + 20));
    });
    openJournal(folder, key).close();
    return { meaning: events, identity: sums.join() };
  },
  isRefusal: (error) =>
    namesFile(error, '') && (error as Error).message.includes('this is the journal of trial'),
};
