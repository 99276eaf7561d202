import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DiskFullError,
  isDiskFull,
  makeFolder,
  readdirOrNothing,
  replaceFile,
  sweepTemporaries,
} from '@fsad/files';
import { isBeingWritten } from '@fsad/tracking/journal';
import {
  indexLines,
  indexName,
  keysOnDisk,
  readResult,
  resultPath,
  sidePath,
  workFolder,
  writeResult,
} from './index-file.ts';
import { cellId } from './key.ts';
import { summaries, type Cell, type TrialResult, type TrialStatus, type TrialSummary } from './result.ts';
import { encodeLine, encodeResult } from './result-text.ts';

/** What the store remembers of a cell while it is open. */
export interface StoredCell {
  readonly key: string;
  readonly status: TrialStatus;
  /** Whether the failure's cause lay outside the method. */
  readonly outside: boolean;
  readonly seconds: number;
  readonly finishedAt: string;
}

/**
 * A folder of results: `<first two of key>/<key>.json` with side files beside, `index.jsonl` (rebuilt when lost or behind), and
 * `work/<key>` of trials not finished. Several processes may work in one store: results are written whole, and the index is only a shortcut.
 */
export interface Store {
  readonly directory: string;
  /** Found while opening: results that cannot be read, stale files swept. For the user. */
  readonly notes: readonly string[];
  cell(cell: Cell): StoredCell | undefined;
  has(key: string): boolean;
  read(key: string): Promise<TrialResult | null>;
  /** Stores a result; each of its cells leaves the key that held it before. */
  commit(result: TrialResult): Promise<void>;
  /** Takes note of a result that another process has written, and enters further cells for it. Null when there is none. */
  adopt(key: string, cells: readonly Cell[]): Promise<TrialResult | null>;
}

/** Opens a store, made if absent; stale temporary files go, the index is brought up to date. @throws DiskFullError, or the file system's error. */
export async function openStore(directory: string): Promise<Store> {
  makeFolder(join(directory, 'work'), 'the store');
  const store = new FolderStore(directory);
  await store.load();
  return store;
}

class FolderStore implements Store {
  readonly directory: string;
  readonly notes: string[] = [];
  #cells = new Map<string, StoredCell>();
  #keys = new Set<string>();

  constructor(directory: string) {
    this.directory = directory;
  }

  async load(): Promise<void> {
    const folders = (await readdirOrNothing(this.directory)).filter((name) => /^[0-9a-f]{2}$/.test(name));
    let swept = await sweepTemporaries(this.directory);
    for (const folder of folders) swept += await sweepTemporaries(join(this.directory, folder));
    if (swept > 0) this.notes.push(`removed ${swept} temporary files of a process that was stopped`);
    this.#keys = await keysOnDisk(this.directory);
    // A failed trial may have been done again just before the index heard of it.
    const behind = new Set(this.#keys);
    let lines = 0;
    for await (const summary of indexLines(this.directory)) {
      lines++;
      if (summary.status === 'ok') behind.delete(summary.key);
      if (this.#keys.has(summary.key)) this.#remember(summary);
    }
    for (const key of behind) await this.#indexAgain(key);
    if (lines > 2 * this.#cells.size + 100) await this.#rewriteIndex();
    await this.#removeFinishedWork();
  }

  cell(cell: Cell): StoredCell | undefined {
    return this.#cells.get(cellId(cell));
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  read(key: string): Promise<TrialResult | null> {
    return readResult(this.directory, key);
  }

  async commit(result: TrialResult): Promise<void> {
    const merged = await writeResult(this.directory, result);
    this.#keys.add(result.key);
    await this.#enter(merged);
  }

  async adopt(key: string, cells: readonly Cell[]): Promise<TrialResult | null> {
    const result = await this.read(key);
    if (!result) return null;
    const held = new Set(result.cells.map(cellId));
    if (cells.every((cell) => held.has(cellId(cell)))) {
      this.#keys.add(key);
      await this.#enter(result);
    } else {
      await this.commit({ ...result, cells });
    }
    return result;
  }

  /** Enters a stored result in the index, and takes its cells from the results that held them before. */
  async #enter(result: TrialResult): Promise<void> {
    const displaced = new Map<string, Set<string>>();
    const lines = summaries(result).filter(({ cell, finishedAt, status }) => {
      const before = this.cell(cell);
      if (before?.key === result.key) return before.finishedAt !== finishedAt || before.status !== status;
      if (before) displaced.set(before.key, (displaced.get(before.key) ?? new Set()).add(cellId(cell)));
      return true;
    });
    await this.#append(lines);
    for (const [key, cells] of displaced) await this.#detach(key, cells);
  }

  async #detach(key: string, cells: ReadonlySet<string>): Promise<void> {
    const result = await this.read(key);
    if (!result) return;
    const kept = result.cells.filter((cell) => !cells.has(cellId(cell)));
    if (kept.length > 0) {
      const text = encodeResult({ ...result, cells: kept });
      await replaceFile(resultPath(this.directory, key), text);
      return;
    }
    await rm(resultPath(this.directory, key), { force: true });
    await rm(sidePath(this.directory, key), { recursive: true, force: true });
    this.#keys.delete(key);
  }

  /** Enters a result the index has missed. Of two that claim a cell (a replacement was cut short) the later finished one holds it. */
  async #indexAgain(key: string): Promise<void> {
    try {
      const result = await this.read(key);
      if (!result) return;
      const older = new Set<string>();
      for (const { cell, finishedAt } of summaries(result)) {
        const held = this.cell(cell);
        if (held && held.key !== key && held.finishedAt > finishedAt) older.add(cellId(cell));
      }
      await this.#enter({ ...result, cells: result.cells.filter((cell) => !older.has(cellId(cell))) });
      if (older.size > 0) await this.#detach(key, older);
    } catch (error) {
      if (isDiskFull(error)) throw error;
      this.#keys.delete(key);
      this.notes.push((error as Error).message);
    }
  }

  #remember({ cell, key, status, failure, seconds, finishedAt }: TrialSummary): void {
    const outside = failure?.outside ?? false;
    this.#cells.set(cellId(cell), { key, status, outside, seconds: seconds.total, finishedAt });
  }

  async #append(lines: readonly TrialSummary[]): Promise<void> {
    if (lines.length === 0) return;
    for (const line of lines) this.#remember(line);
    const path = join(this.directory, indexName);
    const text = lines.map((line) => `${encodeLine(line)}\n`).join('');
    try {
      // The leading newline keeps a line torn by a crash from swallowing this one.
      await appendFile(path, `\n${text}`);
    } catch (error) {
      throw isDiskFull(error) ? new DiskFullError(path, text.length, error) : error;
    }
  }

  async #rewriteIndex(): Promise<void> {
    const live = new Map<string, string>();
    for await (const line of indexLines(this.directory)) {
      const id = cellId(line.cell);
      if (this.#cells.get(id)?.key === line.key) live.set(id, encodeLine(line));
    }
    await replaceFile(join(this.directory, indexName), `${[...live.values()].join('\n')}\n`);
  }

  /** Removes the work folders, and the locks, of finished trials whose process was stopped before it could. */
  async #removeFinishedWork(): Promise<void> {
    const unfinished = new Set(await readdirOrNothing(join(this.directory, 'work')));
    for (const { key, status } of unfinished.size > 0 ? this.#cells.values() : []) {
      if (status !== 'ok' || !unfinished.has(key) || isBeingWritten(this.directory, key)) continue;
      await rm(workFolder(this.directory, key), { recursive: true, force: true });
    }
  }
}
