import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** A record is one line: length of the JSON text in bytes, its CRC-32 in eight hexadecimal digits, the JSON text. */
export function encodeRecord(value: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(value));
  return Buffer.concat([
    Buffer.from(`${text.length} ${crc32(text).toString(16).padStart(8, '0')} `),
    text,
    newline,
  ]);
}

const newline = Buffer.from('\n');

/** The value of one line without its end, or undefined if length or checksum do not fit. */
function decodeRecord(line: Buffer): unknown {
  const head = /^(\d{1,9}) ([0-9a-f]{8}) /.exec(line.toString('latin1', 0, 20));
  if (!head) return undefined;
  const text = line.subarray(head[0].length);
  if (text.length !== Number(head[1]) || crc32(text) !== parseInt(head[2], 16)) return undefined;
  return JSON.parse(text.toString('utf8'));
}

/** A line of a record file: whole, or damaged with `value` undefined. Offsets are in bytes. */
export interface ReadRecord {
  readonly start: number;
  readonly end: number;
  readonly value: unknown;
}

/**
 * Reads the lines of `path` that begin in `from .. to - 1`, in order, holding one line and one block in memory.
 * A last line without its end (torn) comes as damaged.
 */
export function* readRecords(
  path: string,
  from = 0,
  to = Infinity,
  blockBytes = 65_536,
): Generator<ReadRecord> {
  const file = openSync(path, 'r');
  try {
    const block = Buffer.alloc(blockBytes);
    let pending: Buffer = Buffer.alloc(0);
    let start = from;
    for (let position = from; start < to;) {
      const count = readSync(file, block, 0, blockBytes, position);
      if (count === 0) break;
      position += count;
      pending = Buffer.concat([pending, block.subarray(0, count)]);
      let used = 0;
      for (let end = pending.indexOf(10); end >= 0 && start < to; end = pending.indexOf(10, used)) {
        const next = start + end + 1 - used;
        yield { start, end: next, value: decodeRecord(pending.subarray(used, end)) };
        start = next;
        used = end + 1;
      }
      pending = pending.subarray(used);
    }
    if (pending.length > 0 && start < to) yield { start, end: start + pending.length, value: undefined };
  } finally {
    closeSync(file);
  }
}
