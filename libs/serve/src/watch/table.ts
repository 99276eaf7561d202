import { open, readFile, truncate, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { csvCell, DiskFullError, flushFolder, InvalidFileError, isDiskFull } from '@fsad/files';

/** One inspected picture, as it stands in the table. */
export interface WatchedPicture {
  /** When it was inspected, ISO 8601. */
  readonly time: string;
  /** Its path below the folder, as {@link pictureCell} writes it. */
  readonly picture: string;
  readonly score: number | null;
  readonly decision: 'good' | 'defective' | 'error' | null;
  readonly raw: number | null;
  /** Of the file's bytes. */
  readonly sha256: string;
  /** Why it could not be inspected. */
  readonly error: string;
}

const COLUMNS = ['time', 'picture', 'score', 'decision', 'raw', 'sha256', 'error'] as const;
const HEADER = `${COLUMNS.join(',')}\n`;

/** A path as it stands in the table: on one line, and nothing a spreadsheet computes. */
export const pictureCell = (id: string): string => csvCell(id).replaceAll('\n', '\\x0a');

/** What earlier watches wrote, and how to go on. */
export interface Table {
  readonly before: readonly Pick<WatchedPicture, 'picture' | 'sha256'>[];
  /** Adds a line, which is on disk when it resolves. @throws DiskFullError */
  append(line: WatchedPicture): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the table, or makes it. A last line without its end, which a kill or a power cut left, is cut off: its picture has no line.
 * @throws InvalidFileError for a file that is another table
 */
export async function openTable(path: string): Promise<Table> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
  if (whole.length === 0 && !HEADER.startsWith(bytes.toString())) throw foreign(path);
  const before = whole.length === 0 ? [] : readLines(path, whole.toString());
  if (whole.length < bytes.length) await truncate(path, whole.length);
  const file = await open(path, 'a');
  try {
    if (whole.length === 0) await write(file, path, HEADER);
    await flushFolder(dirname(path));
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    before,
    append: (line) => write(file, path, stringify([COLUMNS.map((column) => line[column])])),
    close: () => file.close(),
  };
}

function readLines(path: string, text: string): Pick<WatchedPicture, 'picture' | 'sha256'>[] {
  const end = text.indexOf('\n');
  if (text.slice(0, end).replace(/\r$/, '') !== HEADER.trim()) throw foreign(path);
  try {
    return parse(text, { columns: true });
  } catch (error) {
    throw new InvalidFileError(path, (error as Error).message, 'repair the line, or give another file');
  }
}

function foreign(path: string): Error {
  return new InvalidFileError(path, 'this is no table of fsad watch', 'give another file');
}

async function write(file: FileHandle, path: string, text: string): Promise<void> {
  try {
    await file.appendFile(text);
    await file.datasync();
  } catch (error) {
    throw isDiskFull(error) ? new DiskFullError(path, Buffer.byteLength(text), error) : error;
  }
}
