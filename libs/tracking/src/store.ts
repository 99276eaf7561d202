import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRecords } from '@fsad/files';
import type { JournalEvent } from './events.ts';

/** Where tracking keeps its files: everything lies in `tracking` inside the store of results. */
export const trackingFolder = (store: string): string => join(store, 'tracking');

const journalsFolder = (store: string): string => join(trackingFolder(store), 'journals');

/** The journal of the trial `key`: `<store>/tracking/journals/<first two of key>/<key>.journal`. @throws RangeError for a key that is no file name */
export function journalPath(store: string, key: string): string {
  if (!/^[A-Za-z0-9_.-]{3,100}$/.test(key)) {
    throw new RangeError(
      `trial key ${JSON.stringify(key)} must be 3 to 100 letters, digits, "_", "." or "-"`,
    );
  }
  return join(journalsFolder(store), key.slice(0, 2), `${key}.journal`);
}

/** Keys of all journals in a store, sorted. */
export function* journalKeys(store: string): Generator<string> {
  for (const folder of list(journalsFolder(store))) {
    for (const file of list(join(journalsFolder(store), folder))) {
      if (file.endsWith('.journal')) yield file.slice(0, -'.journal'.length);
    }
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/**
 * The store's own id, made at first use. It tells runs of this store from those of others on one server, and travels
 * with a copy of the store. Every journal repeats it, so a lost id file is made again from them.
 */
export function storeId(store: string): string {
  const path = join(trackingFolder(store), 'store-id');
  if (!existsSync(path)) {
    mkdirSync(trackingFolder(store), { recursive: true });
    const draft = `${path}.${randomUUID()}.tmp`;
    writeFileSync(draft, idFromJournals(store) ?? randomUUID(), { flush: true });
    try {
      linkSync(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }
  return readFileSync(path, 'utf8').trim();
}

function idFromJournals(store: string): string | undefined {
  for (const key of journalKeys(store)) {
    for (const { value } of readRecords(journalPath(store, key))) {
      const header = value as JournalEvent | undefined;
      if (header?.type === 'journal') return header.store;
      break;
    }
  }
  return undefined;
}
