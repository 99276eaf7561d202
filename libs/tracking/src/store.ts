import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@fsad/files';
import { readEvents } from './journal-file.ts';

/** Where tracking keeps its files: everything lies in `tracking` inside the store of results. */
export const trackingFolder = (store: string): string => join(store, 'tracking');

const journalsFolder = (store: string): string => join(trackingFolder(store), 'journals');

const isKey = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/** @throws RangeError for text that is no key of a trial, and so no part of a path */
function checkKey(key: string): string {
  if (isKey(key)) return key;
  throw new RangeError(`${JSON.stringify(key)} is no key of a trial: 64 hexadecimal digits`);
}

/** The journal of the trial `key`: `<store>/tracking/journals/<first two of key>/<key>.journal`. @throws RangeError for what is no key */
export function journalPath(store: string, key: string): string {
  return join(journalsFolder(store), checkKey(key).slice(0, 2), `${key}.journal`);
}

/** Where the files of the trial `key` lie: `<store>/<first two of key>/<key>`. @throws RangeError for what is no key */
export function trialFolder(store: string, key: string): string {
  return join(store, checkKey(key).slice(0, 2), key);
}

/** Keys of all journals in a store, sorted. */
export function* journalKeys(store: string): Generator<string> {
  for (const folder of list(journalsFolder(store))) {
    for (const file of list(join(journalsFolder(store), folder))) {
      const key = file.slice(0, -'.journal'.length);
      if (file.endsWith('.journal') && isKey(key) && key.startsWith(folder)) yield key;
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
    makeFolder(trackingFolder(store), 'the id of the store');
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
  const id = readFileSync(path, 'utf8').trim();
  if (/^[\w-]{8,64}$/.test(id)) return id;
  throw new Error(`${path}: holds no id of a store; delete it, and it is made again from the journals`);
}

function idFromJournals(store: string): string | undefined {
  for (const key of journalKeys(store)) {
    for (const { event } of readEvents(journalPath(store, key))) {
      if (event?.type === 'journal') return event.store;
      break;
    }
  }
  return undefined;
}
