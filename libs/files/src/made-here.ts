import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** The PNG text chunk that says who made a picture, as the format's specification (Sec. 11.3.3) names its keyword. */
const words = Buffer.from('Software\0fsad');
const chunkStart = 33;

/**
 * The same PNG with a note that this program drew it, so that {@link isMadeHere} tells it from a photograph, wherever it is copied to.
 * @throws RangeError for bytes that are not a PNG.
 */
export function markMadeHere(png: Uint8Array): Uint8Array {
  if (Buffer.from(png.buffer, png.byteOffset, 8).toString('latin1') !== '\x89PNG\r\n\x1a\n')
    throw new RangeError('only a PNG can carry the note of who made it');
  const body = Buffer.concat([Buffer.from('tEXt'), words]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(words.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), 4 + body.length);
  return Buffer.concat([png.subarray(0, chunkStart), chunk, png.subarray(chunkStart)]);
}

/** Whether a PNG file carries the note of {@link markMadeHere}; a file that cannot be read does not. */
export function isMadeHere(file: string): boolean {
  const start = Buffer.alloc(words.length);
  try {
    const handle = openSync(file, 'r');
    try {
      readSync(handle, start, 0, start.length, chunkStart + 8);
    } finally {
      closeSync(handle);
    }
  } catch {
    return false;
  }
  return start.equals(words);
}
