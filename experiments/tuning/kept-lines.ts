import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file of measurements, one JSON line each, that begins with what was measured: what is in it is not measured again. */
export class KeptLines {
  readonly #path: string;
  readonly #lines: readonly string[];

  private constructor(path: string, lines: readonly string[]) {
    this.#path = path;
    this.#lines = lines;
  }

  static async open(path: string): Promise<KeptLines> {
    await mkdir(dirname(path), { recursive: true });
    return new KeptLines(path, (await readFile(path, 'utf8').catch(() => '')).split('\n'));
  }

  /** Whether there was a line of it when the file was opened. */
  has(cell: object): boolean {
    const start = `${JSON.stringify(cell).slice(0, -1)},`;
    return this.#lines.some((line) => line.startsWith(start));
  }

  add(record: object): Promise<void> {
    return appendFile(this.#path, `${JSON.stringify(record)}\n`);
  }
}
