import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { sha256 } from './digest.ts';
import { DatasetError } from './errors.ts';

/** An idx file of bytes (the format of MNIST), plain or gzip; its header is checked, its body unpacked when asked for. */
export interface IdxFile {
  readonly file: string;
  /** Name and SHA-256 of the file as it lies there. */
  readonly digest: string;
  readonly shape: readonly number[];
  /** @throws DatasetError when the file is shorter or longer than its header says. */
  body(): Uint8Array;
}

/** Opens `<stem>` or `<stem>.gz` in `folder`; null where neither exists. @throws DatasetError unless it is an idx file of bytes in `dimensions` dimensions. */
export async function openIdx(folder: string, stem: string, dimensions: number): Promise<IdxFile | null> {
  const file = (await readIfThere(join(folder, stem))) ?? (await readIfThere(join(folder, `${stem}.gz`)));
  if (!file) return null;
  const { path, bytes } = file;
  const headerSize = 4 + 4 * dimensions;
  const header = unpack(path, bytes, true);
  if (header.length < headerSize || header.readUInt32BE(0) !== 0x800 + dimensions) {
    throw new DatasetError(`${path} is not an idx file of bytes in ${dimensions} dimensions`);
  }
  const shape = Array.from({ length: dimensions }, (_, i) => header.readUInt32BE(4 + 4 * i));
  const size = headerSize + shape.reduce((product, side) => product * side, 1);
  return {
    file: path,
    digest: `${basename(path)} ${sha256(bytes)}`,
    shape,
    body() {
      const whole = unpack(path, bytes, false);
      if (whole.length !== size) {
        throw new DatasetError(
          `${path} holds ${whole.length} bytes, its header promises ${size}; fetch it again`,
        );
      }
      return whole.subarray(headerSize);
    },
  };
}

async function readIfThere(path: string): Promise<{ path: string; bytes: Buffer } | null> {
  try {
    return { path, bytes: await readFile(path) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new DatasetError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Unpacks a gzip file, or only its beginning; a file that is not gzip comes back as it is. */
function unpack(path: string, bytes: Buffer, onlyBeginning: boolean): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return onlyBeginning
      ? gunzipSync(bytes.subarray(0, 4096), { finishFlush: constants.Z_SYNC_FLUSH })
      : gunzipSync(bytes);
  } catch (error) {
    throw new DatasetError(`${path} is a damaged gzip file (${(error as Error).message}); fetch it again`, {
      cause: error,
    });
  }
}
