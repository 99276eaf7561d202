import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { pictureFile, sha256Hex, walkPictures, withLock, type PictureFile } from '@fsad/files';
import { BadImageError } from '@fsad/images';
import type { Model } from 'fsad';
import { Known } from './known.ts';
import { openTable, pictureCell, type Table, type WatchedPicture } from './table.ts';

export interface WatchOptions {
  readonly model: Model;
  /** Read with its sub-folders. It may be absent for a while. */
  readonly folder: string;
  /** The table, one line a picture, which is also how a later watch knows what is done. */
  readonly csv: string;
  /** Score above which a picture is defective: 0.5 unless given. */
  readonly threshold?: number;
  /** Milliseconds between two looks at the folder, and that a file must have stayed as it is: 1000 unless given. */
  readonly every?: number;
  /** Milliseconds that a file which cannot be decoded may still become whole: 10,000 unless given. */
  readonly patience?: number;
  /** Ends the watch after the picture under way was given up; it is inspected by the next one. */
  readonly signal: AbortSignal;
  readonly onLine?: (line: WatchedPicture) => void;
  /** Told of what does not go as it should and is tried again. */
  readonly say?: (text: string) => void;
}

/** A file that is not done: how it looked, and since when. */
interface Waiting {
  readonly state: string;
  readonly since: number;
  /** Whether it was said that it cannot be read. */
  told: boolean;
}

/**
 * Inspects pictures as they arrive in a folder until the signal aborts. Each gets one line in the table, also over kills and restarts: a line is
 * whole or cut off at the next start, and a picture without one is inspected. See {@link Known} for what counts as the same picture.
 * @throws LockedError while another watch writes the table; InvalidFileError where it is none; DiskFullError
 */
export async function watchFolder(options: WatchOptions): Promise<void> {
  const { folder, csv, signal } = options;
  await withLock(`${csv}.lock`, { purpose: `Watching of ${folder}`, signal, wait: false }, async (held) => {
    const table = await openTable(csv);
    try {
      await watch({ ...options, signal: held }, table);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await table.close();
    }
  });
}

async function watch(options: WatchOptions, table: Table): Promise<void> {
  const { folder, every = 1000, signal, say = () => undefined } = options;
  const arrivals = new Arrivals(options, table);
  for (let told = ''; ;) {
    const start = performance.now();
    let found: PictureFile[] = [];
    try {
      found = walkPictures(folder).pictures;
      told = '';
    } catch (error) {
      // A folder of a network may go and come back.
      const { message } = error as Error;
      if (message !== told) say(`${message}; tried again`);
      told = message;
    }
    // Walking takes a tenth of the time at most, however many files there are.
    const rest = Math.max(every, 10 * (performance.now() - start));
    await arrivals.look(found, signal);
    await sleep(rest, undefined, { signal });
  }
}

/** Files between their arrival and their line. */
class Arrivals {
  readonly #options: WatchOptions;
  readonly #table: Table;
  readonly #known: Known;
  /** States in which files are done. */
  readonly #done = new Map<string, string>();
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: WatchOptions, table: Table) {
    this.#options = options;
    this.#table = table;
    this.#known = new Known(table.before);
  }

  /** Inspects what has stayed as it is since an earlier look. */
  async look(found: readonly PictureFile[], signal: AbortSignal): Promise<void> {
    const { every = 1000, say = () => undefined } = this.#options;
    const names = new Set(found.map(({ id }) => id));
    for (const files of [this.#done, this.#waiting]) {
      for (const id of files.keys()) if (!names.has(id)) files.delete(id);
    }
    const cells = new Set(found.map(({ id }) => pictureCell(id)));
    for (const file of found) {
      signal.throwIfAborted();
      const { id, state } = file;
      if (this.#done.get(id) === state) continue;
      const before = this.#waiting.get(id);
      if (before?.state !== state) {
        this.#waiting.set(id, { state, since: performance.now(), told: false });
        continue;
      }
      if (performance.now() - before.since < every) continue;
      const bytes = await unchanged(file).catch((error: NodeJS.ErrnoException) => {
        if (!before.told && error.code !== 'ENOENT') say(`${id}: ${error.message}; tried again`);
        before.told = true;
        return null;
      });
      if (bytes && (await this.#inspect(id, bytes, before, cells, signal))) {
        this.#done.set(id, state);
        this.#waiting.delete(id);
      }
    }
  }

  /** Whether the file is done now. */
  async #inspect(
    id: string,
    bytes: Uint8Array,
    { since }: Waiting,
    present: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { model, threshold, patience = 10_000, onLine = () => undefined } = this.#options;
    const sha256 = sha256Hex(bytes);
    const picture = pictureCell(id);
    if (this.#known.has(picture, sha256, (name) => present.has(name))) return true;
    const head = { picture, sha256 };
    let line: WatchedPicture;
    try {
      const { score, defective, raw } = await model.inspect(bytes, { map: false, threshold, signal });
      const decision = defective === null ? null : defective ? 'defective' : 'good';
      line = { ...head, time: now(), score, decision, raw: raw.value, error: '' };
    } catch (error) {
      signal.throwIfAborted();
      // What looks damaged may be a file that is still on its way.
      if (error instanceof BadImageError && performance.now() - since < patience) return false;
      const reason = error instanceof BadImageError ? error.reason : (error as Error).message;
      line = { ...head, time: now(), score: null, decision: 'error', raw: null, error: pictureCell(reason) };
    }
    await this.#table.append(line);
    this.#known.add(picture, sha256);
    onLine(line);
    return true;
  }
}

/** A file's bytes; null where it changed meanwhile. */
async function unchanged({ path, state }: PictureFile): Promise<Uint8Array | null> {
  const bytes = await readFile(path);
  return pictureFile(path).state === state ? bytes : null;
}

const now = (): string => new Date().toISOString();
