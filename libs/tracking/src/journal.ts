import { existsSync, readFileSync, truncateSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import {
  acquireLock,
  encodeRecord,
  flushFolderSync,
  LockedError,
  makeFolder,
  type Lock,
  sha256Hex,
} from '@fsad/files';
import { checkName, checkStep, checkText, limits, toWire, type WireNumber } from '@fsad/mlflow-client/limits';
import type { Cell, JournalEvent, Outcome, TrialStart } from './events.ts';
import { scanJournal } from './journal-file.ts';
import { RecordAppender, type AppenderOptions } from './record-appender.ts';
import { journalPath, storeId, trialFolder } from './store.ts';

/** What was found when a journal was opened. */
export interface JournalRecovery {
  /** For the person, one sentence each: a torn tail that was cut, damaged records. */
  readonly notes: readonly string[];
  /** Bytes of a half-written record that were cut. */
  readonly torn: number;
}

/** What is told about the end of a trial. */
export interface TrialEnd {
  /** Final numbers by name (`auroc`, `auroc/fraction/0.05`); the parent run averages them over trials. */
  readonly results?: Readonly<Record<string, number>>;
  readonly message?: string;
  /** The step at which it diverged, ran out of memory or was killed. */
  readonly step?: number;
}

/**
 * Opens the journal of a trial, or begins it. A torn tail is cut.
 * @throws LockedError when another process writes it
 * @throws JournalError when the disk is full
 */
export function openJournal(store: string, key: string, options: AppenderOptions = {}): Journal {
  const path = journalPath(store, key);
  makeFolder(dirname(path), 'the journal of a trial');
  const lock = acquireLock(`${path}.lock`, `Writing of the journal of trial ${key}`);
  try {
    return new Journal(store, key, path, lock, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Whether a living process writes the journal of a trial; a lock that a dead one left is removed. */
export function isBeingWritten(store: string, key: string): boolean {
  const lock = `${journalPath(store, key)}.lock`;
  if (!existsSync(lock)) return false;
  try {
    acquireLock(lock, 'Looking after what a process left').release();
    return false;
  } catch (error) {
    if (error instanceof LockedError) return true;
    throw error;
  }
}

/** Adds a cell to a trial that is done: another experiment found its result by key. */
export function addCell(store: string, key: string, cell: Cell): void {
  const journal = openJournal(store, key);
  try {
    journal.addCell(cell);
    journal.commit();
  } finally {
    journal.close();
  }
}

/** The journal of one trial. All calls return at once; none waits for a network. A (metric, step) told before is ignored. */
export class Journal {
  readonly key: string;
  readonly path: string;
  readonly recovery: JournalRecovery;
  readonly #store: string;
  readonly #lock: Lock;
  readonly #appender: RecordAppender;
  readonly #clock: () => number;
  readonly #elapsed: () => number;
  readonly #lastStep = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #committed = 0;
  #repeated = 0;
  #refreshedAt = 0;
  #closed = false;
  #lost: Error | undefined;

  constructor(store: string, key: string, path: string, lock: Lock, options: AppenderOptions) {
    this.key = key;
    this.path = path;
    this.#store = resolve(store);
    this.#lock = lock;
    this.#clock = options.clock ?? Date.now;
    this.#elapsed = options.elapsed ?? (() => performance.now());
    this.#refreshedAt = this.#elapsed();
    this.recovery = this.#recover();
    this.#appender = new RecordAppender(path, options);
    try {
      this.#begin(store);
    } catch (error) {
      this.#appender.close();
      throw error;
    }
    this.#timer = setInterval(() => this.#tick(), 1000).unref();
  }

  /** Repeats of known (metric, step) pairs that were ignored. */
  get repeated(): number {
    return this.#repeated;
  }

  /** Tells that an attempt begins. @throws InvalidValueError for a name or text that MLflow would not take */
  start(trial: TrialStart): void {
    for (const [name, value] of Object.entries(trial.params)) {
      checkText(`parameter ${name}`, value, limits.paramLength);
      checkName('parameter', name);
    }
    for (const [name, value] of Object.entries(trial.tags)) {
      checkText(`tag ${name}`, value, limits.tagLength);
      checkName('tag', name);
    }
    const { cell, params, tags, split } = trial;
    this.#append({ type: 'started', at: this.#now(), cell, params, tags, split });
  }

  /** Puts the trial in a further cell. */
  addCell(cell: Cell): void {
    this.#append({ type: 'cell', at: this.#now(), cell });
  }

  /** One point of a curve. @throws InvalidValueError for a bad name, step or value */
  metric(name: string, step: number, value: number): void {
    this.metrics(step, { [name]: value });
  }

  /** Points of several curves at one step. Steps of a curve must rise; others count as repeats. @throws InvalidValueError */
  metrics(step: number, values: Readonly<Record<string, number>>): void {
    checkStep('step', step);
    const told: Record<string, WireNumber> = {};
    for (const [name, value] of Object.entries(values)) {
      checkName('metric', name);
      const wire = toWire(`metric ${name}`, value);
      if (step > (this.#lastStep.get(name) ?? -Infinity)) told[name] = wire;
      else this.#repeated++;
    }
    if (Object.keys(told).length === 0) return;
    for (const name of Object.keys(told)) this.#lastStep.set(name, step);
    this.#append({ type: 'metrics', at: this.#now(), step, values: told });
  }

  /**
   * Refers to a file of the trial's folder that is to be seen in MLflow under `path`; the last reference to a path counts.
   * @throws Error when the file is outside of that folder or cannot be read
   */
  artifact(path: string, file: string): void {
    checkName('artefact path', path);
    const folder = resolve(trialFolder(this.#store, this.key));
    const inside = relative(folder, resolve(this.#store, file));
    if (inside.startsWith('..') || isAbsolute(inside)) {
      throw new Error(
        `artefact ${file} lies outside the trial's folder ${folder}; write it inside, then refer to it`,
      );
    }
    const bytes = readFileSync(join(folder, inside));
    const sha256 = sha256Hex(bytes);
    const where = relative(this.#store, join(folder, inside)).split(sep).join('/');
    this.#append({ type: 'artifact', at: this.#now(), path, file: where, bytes: bytes.length, sha256 });
  }

  /** An artefact of its own, small text such as a configuration, kept in the journal. @throws InvalidValueError for a bad path */
  document(path: string, text: string): void {
    checkName('artefact path', path);
    this.#append({ type: 'document', at: this.#now(), path, text });
  }

  /** Tells how the attempt ended and makes everything final. @throws JournalError */
  end(outcome: Outcome, { results = {}, message, step }: TrialEnd = {}): void {
    const wire: Record<string, WireNumber> = {};
    for (const [name, value] of Object.entries(results)) {
      wire[checkName('result', name)] = toWire(`result ${name}`, value);
    }
    this.#append({ type: 'ended', at: this.#now(), outcome, results: wire, message, step });
    this.commit();
  }

  /** Brings everything told so far to the disk and makes it final: MLflow may be told. @throws JournalError */
  commit(): void {
    this.#appender.sync();
    const { offset } = this.#appender;
    if (offset <= this.#committed) return;
    this.#append({ type: 'commit', offset });
    this.#appender.write();
    this.#committed = offset;
  }

  /** Brings everything to the disk and lets the file go. Closing twice is harmless. @throws JournalError */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    try {
      this.#appender.sync();
    } finally {
      this.#appender.close();
      this.#lock.release();
    }
  }

  #append(event: JournalEvent): void {
    if (this.#closed) throw new Error(`the journal ${this.path} is closed`);
    if (this.#lost) throw this.#lost;
    this.#appender.append(encodeRecord(event));
  }

  #now(): number {
    return Math.round(this.#clock());
  }

  #tick(): void {
    this.#appender.tick();
    if (this.#elapsed() - this.#refreshedAt < 10_000) return;
    this.#refreshedAt = this.#elapsed();
    try {
      this.#lock.refresh();
    } catch (error) {
      this.#lost = error as Error;
    }
  }

  #begin(store: string): void {
    if (this.#appender.offset > 0) return;
    this.#append({ type: 'journal', version: 1, key: this.key, store: storeId(store), at: this.#now() });
    this.#appender.sync();
    flushFolderSync(dirname(this.path));
  }

  /** Cuts a torn tail, and learns which points are known. */
  #recover(): JournalRecovery {
    const { path } = this;
    const found = scanJournal(path, (event) => {
      if (event.type !== 'metrics') return;
      for (const name of Object.keys(event.values)) this.#lastStep.set(name, event.step);
    });
    const notes = found.damaged.map(
      ({ start, end }) => `${path}: ${end - start} bytes at ${start} are damaged and left out`,
    );
    const torn = found.length - found.end;
    if (torn > 0) {
      notes.push(`${path}: a half-written record of ${torn} bytes was cut`);
      truncateSync(path, found.end);
    }
    this.#committed = found.committed;
    return { notes, torn };
  }
}
