import * as fs from 'node:fs';

/** The file operations of an appender; a test puts a full disk here. */
export interface AppenderFiles {
  write(file: number, data: Buffer): number;
  truncate(file: number, length: number): void;
  sync(file: number): void;
}

const realFiles: AppenderFiles = {
  write: (file, data) => fs.writeSync(file, data),
  truncate: fs.ftruncateSync,
  sync: fs.fsyncSync,
};

/** A journal could not be written. What it held before is whole. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  /** The system's code, e.g. `ENOSPC`. */
  readonly code: string | undefined;

  constructor(path: string, bytes: number, cause: unknown) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOSPC' || code === 'EDQUOT' ? 'the disk is full' : message;
    super(
      `cannot write ${bytes} bytes to the journal ${path}: ${why}. What it held before is safe; ` +
        `${code === 'ENOSPC' || code === 'EDQUOT' ? 'free some space' : 'mend this'} and run again`,
      { cause },
    );
    this.code = code;
  }
}

export interface AppenderOptions {
  /** Milliseconds since 1970, for the times that records carry. */
  readonly clock?: () => number;
  /** Milliseconds of a clock that nobody sets, for intervals. */
  readonly elapsed?: () => number;
  readonly files?: AppenderFiles;
  /** Bytes kept in memory while the disk refuses them; past that `append` throws. Default 4 MiB. */
  readonly bufferBytes?: number;
}

const writeAtBytes = 65_536;
const writeEveryMs = 1000;
const syncEveryMs = 5000;

/**
 * Appends to a file through a small buffer: written at 64 KiB or after a second, synchronised to the disk after five.
 * A failed write is undone, kept in memory and tried again, so that a disk full for a moment costs nothing.
 */
export class RecordAppender {
  readonly #path: string;
  readonly #file: number;
  readonly #files: AppenderFiles;
  readonly #elapsed: () => number;
  readonly #bufferBytes: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #written: number;
  #synced: number;
  #partial = false;
  #triedAt: number;
  #syncedAt: number;

  constructor(path: string, options: AppenderOptions = {}) {
    this.#path = path;
    this.#file = fs.openSync(path, 'a');
    this.#files = options.files ?? realFiles;
    this.#elapsed = options.elapsed ?? (() => performance.now());
    this.#bufferBytes = options.bufferBytes ?? 4 * 1024 * 1024;
    this.#written = this.#synced = fs.fstatSync(this.#file).size;
    this.#triedAt = this.#syncedAt = this.#elapsed();
  }

  /** Where the next record will begin. */
  get offset(): number {
    return this.#written + this.#pendingBytes;
  }

  /** @throws JournalError when the disk has refused writing for so long that the buffer is full */
  append(record: Buffer): void {
    if (this.#pendingBytes + record.length > this.#bufferBytes) this.write();
    this.#pending.push(record);
    this.#pendingBytes += record.length;
    this.tick();
  }

  /** Writes and synchronises what is due. Failures wait for the next call. */
  tick(): void {
    const now = this.#elapsed();
    const due = now - this.#triedAt >= writeEveryMs;
    try {
      if (due || this.#pendingBytes >= writeAtBytes) this.write();
      if (now - this.#syncedAt >= syncEveryMs && due) this.sync();
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
    }
  }

  /** Hands the buffer to the operating system. @throws JournalError */
  write(): void {
    this.#triedAt = this.#elapsed();
    if (this.#pendingBytes === 0) return;
    const data = Buffer.concat(this.#pending, this.#pendingBytes);
    try {
      if (this.#partial) this.#files.truncate(this.#file, this.#written);
      this.#partial = true;
      for (let done = 0; done < data.length;) done += this.#files.write(this.#file, data.subarray(done));
      this.#partial = false;
    } catch (error) {
      this.#undo();
      throw new JournalError(this.#path, data.length, error);
    }
    this.#written += data.length;
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  #undo(): void {
    try {
      this.#files.truncate(this.#file, this.#written);
      this.#partial = false;
    } catch {
      // tried again before the next write; until then readers see a torn tail
    }
  }

  /** Writes the buffer and waits until the disk has it. @throws JournalError */
  sync(): void {
    this.write();
    if (this.#synced < this.#written) {
      try {
        this.#files.sync(this.#file);
      } catch (error) {
        throw new JournalError(this.#path, this.#written - this.#synced, error);
      }
      this.#synced = this.#written;
    }
    this.#syncedAt = this.#elapsed();
  }

  close(): void {
    fs.closeSync(this.#file);
  }
}
