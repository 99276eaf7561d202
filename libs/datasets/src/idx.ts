import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { sha256 } from './digest.ts';
import { DatasetError } from './errors.ts';
import { sizeOfFile } from './folders.ts';
import { count } from './words.ts';

/** An idx file of bytes (the format of MNIST), plain or gzip; its header is checked, its body unpacked when asked for. */
export interface IdxFile {
  readonly file: string;
  /** Name and SHA-256 of the file as it lies there. */
  readonly digest: string;
  readonly shape: readonly number[];
  /** @throws DatasetError when the file is shorter or longer than its header says. */
  body(): Uint8Array;
}

/** More than this is no file of MNIST or FashionMNIST, whose largest unpacks to 47 MB. */
const mostBytes = 2 ** 29;

/**
 * Opens `<stem>` or `<stem>.gz` in `folder`; null where neither exists.
 * @throws DatasetError unless it is an idx file of bytes in `dimensions` dimensions and of a size that can be the dataset.
 */
export async function openIdx(folder: string, stem: string, dimensions: number): Promise<IdxFile | null> {
  const file = (await readIfThere(join(folder, stem))) ?? (await readIfThere(join(folder, `${stem}.gz`)));
  if (!file) return null;
  const { path, bytes } = file;
  const headerSize = 4 + 4 * dimensions;
  const header = unpack(path, bytes, { beginning: true });
  if (header.length < headerSize || header.readUInt32BE(0) !== 0x800 + dimensions) {
    throw new DatasetError(`${path} is not an idx file of bytes in ${dimensions} dimensions`);
  }
  const shape = Array.from({ length: dimensions }, (_, i) => header.readUInt32BE(4 + 4 * i));
  const size = headerSize + shape.reduce((product, side) => product * side, 1);
  if (size > mostBytes) {
    throw new DatasetError(
      `${path}: its header promises ${count(size)} bytes, at most ${count(mostBytes)} can be the dataset; fetch it again`,
    );
  }
  return {
    file: path,
    digest: `${basename(path)} ${sha256(bytes)}`,
    shape,
    body() {
      const whole = unpack(path, bytes, { most: size });
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
  if ((await sizeOfFile(path, mostBytes)) === null) return null;
  try {
    return { path, bytes: await readFile(path) };
  } catch (error) {
    throw new DatasetError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Unpacks a gzip file, or only its beginning; a file that is not gzip comes back as it is. @throws DatasetError for more than `most` bytes. */
function unpack(path: string, bytes: Buffer, how: { beginning: true } | { most: number }): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return 'beginning' in how
      ? gunzipSync(bytes.subarray(0, 4096), { finishFlush: constants.Z_SYNC_FLUSH })
      : gunzipSync(bytes, { maxOutputLength: how.most });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE' && 'most' in how) {
      throw new DatasetError(
        `${path} unpacks to more than the ${count(how.most)} bytes its header promises; fetch it again`,
        { cause: error },
      );
    }
    throw new DatasetError(`${path} is a damaged gzip file (${message}); fetch it again`, { cause: error });
  }
}
