import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import xz from 'xz-decompress';
import { DatasetError } from '../errors.ts';
import { count } from '../words.ts';

export interface UnpackOptions {
  /** More than this cannot be the dataset. */
  readonly most: { readonly bytes: number; readonly files: number };
  /** Bytes of the archive read so far. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Unpacks a tar archive, plain or packed by gzip or xz (told by its first bytes), into the existing folder `into`,
 * never holding more than a piece of it in memory.
 * @throws DatasetError for a damaged archive, an entry that leaves the folder, a link or device, and absurd sizes.
 */
export async function unpack(archive: string, into: string, options: UnpackOptions): Promise<void> {
  const { most, signal } = options;
  const file = Readable.from(piecesOf(archive, (await stat(archive)).size, options));
  const tar = extract();
  // Entries bring headers and padding of up to 1 kB each, long names a few kB; anything beyond is a trap.
  const counter = new Limit(most.bytes + most.files * 4096, basename(archive));
  const unpacked = pipeline(unpackedBytes(file, await magic(archive)), counter, tar, { signal });
  try {
    await Promise.all([unpacked, writeEntries(tar, into, options)]);
  } catch (error) {
    await unpacked.catch(() => undefined);
    signal?.throwIfAborted();
    if (error instanceof DatasetError || (error as NodeJS.ErrnoException).syscall) throw error;
    throw new DatasetError(`${archive} is damaged: ${(error as Error).message}`, { cause: error });
  }
}

async function* piecesOf(
  archive: string,
  total: number,
  { onProgress }: UnpackOptions,
): AsyncGenerator<Buffer> {
  let done = 0;
  for await (const piece of createReadStream(archive, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    onProgress?.((done += piece.length), total);
    yield piece;
  }
}

async function magic(archive: string): Promise<string> {
  const handle = await open(archive);
  const { buffer } = await handle.read(Buffer.alloc(6), 0, 6, 0);
  await handle.close();
  return buffer.toString('hex');
}

function unpackedBytes(file: Readable, magicBytes: string): Readable {
  if (magicBytes.startsWith('1f8b')) return pipelined(file, createGunzip());
  if (magicBytes === 'fd377a585a00') {
    return Readable.fromWeb(
      new xz.XzReadableStream(Readable.toWeb(file) as ReadableStream<Uint8Array>) as never,
    );
  }
  return file;
}

function pipelined(file: Readable, through: Transform): Readable {
  file.on('error', (error) => through.destroy(error));
  return file.pipe(through);
}

async function writeEntries(
  tar: ReturnType<typeof extract>,
  into: string,
  { most }: UnpackOptions,
): Promise<void> {
  let files = 0;
  let bytes = 0;
  for await (const entry of tar) {
    const { header } = entry;
    const path = safePath(header);
    bytes += header.size ?? 0;
    if (++files > most.files)
      throw new DatasetError(
        `the archive holds more than ${count(most.files)} entries; it is not the dataset`,
      );
    if (bytes > most.bytes)
      throw new DatasetError(
        `the archive unpacks to more than ${count(most.bytes)} bytes; it is not the dataset`,
      );
    if (header.type === 'directory') {
      await mkdir(join(into, path), { recursive: true });
      entry.resume();
    } else {
      await mkdir(join(into, dirname(path)), { recursive: true });
      await pipeline(entry, createWriteStream(join(into, path), { flags: 'wx' }));
    }
  }
}

/** The entry's path below the folder. @throws DatasetError when it is not below it, or not a file or folder. */
export function safePath({ name, type }: Pick<Header, 'name' | 'type'>): string {
  if (type !== 'file' && type !== 'contiguous-file' && type !== 'directory') {
    throw new DatasetError(`the archive holds a ${type} (${name}); only files and folders are unpacked`);
  }
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const unsafe = name.startsWith('/') || /[\\\0]|^[a-z]:/i.test(name) || parts.includes('..');
  if (unsafe || (parts.length === 0 && type !== 'directory')) {
    throw new DatasetError(
      `the archive holds a path that leaves its folder (${JSON.stringify(name)}); it is not unpacked`,
    );
  }
  return parts.join('/');
}

/** Passes bytes on up to a number of them. */
class Limit extends Transform {
  readonly #most: number;
  readonly #name: string;
  #seen = 0;

  constructor(most: number, name: string) {
    super();
    this.#most = most;
    this.#name = name;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#seen += chunk.length;
    if (this.#seen > this.#most)
      done(
        new DatasetError(
          `${this.#name} unpacks to more than ${count(this.#most)} bytes; it is not the dataset`,
        ),
      );
    else done(null, chunk);
  }
}
