import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatasetError } from '../errors.ts';
import { count } from '../words.ts';
import type { Checksum, RemoteFile } from './sources.ts';
import { FinalError, SlowError, transfer, type Progress } from './transfer.ts';

export interface DownloadOptions {
  readonly onProgress?: (progress: FetchProgress) => void;
  readonly signal?: AbortSignal;
  /** A connection that says nothing for so long is given up, default 30 s. */
  readonly stallMs?: number;
  /** A connection that brings less in that time is given up, default 1 kB a second. */
  readonly leastBytes?: number;
  /** More than this cannot be the file, where its size is not published; default 12 GB. */
  readonly mostBytes?: number;
  /** Wait before the second attempt, doubled before each further one, default 1 s. */
  readonly backoffMs?: number;
}

/** What is being done to which file, in bytes. */
export interface FetchProgress {
  readonly file: string;
  readonly phase: 'download' | 'check' | 'unpack' | 'copy';
  readonly done: number;
  /** null where nobody said. */
  readonly total: number | null;
}

/** Attempts at one address that brought nothing new. */
const ATTEMPTS = 4;

/**
 * Downloads a file into `folder` and returns its path. What an earlier attempt left is continued where the server
 * allows it; addresses are tried in order; the checksum is that of the whole file.
 * @throws DatasetError saying what went wrong at each address, and expected and actual checksum on a mismatch.
 */
export async function download(
  file: RemoteFile,
  folder: string,
  options: DownloadOptions = {},
): Promise<string> {
  const whole = join(folder, file.name);
  const partial = `${whole}.partial`;
  await mkdir(folder, { recursive: true });
  if (await sizeOf(whole)) {
    if (!(await mismatch(whole, file, options))) return whole;
    await rm(whole);
  }
  const failures: string[] = [];
  for (const address of file.addresses) {
    const problem = await downloadFrom(address, file, partial, options);
    if (problem === null) {
      await rename(partial, whole);
      await rm(`${partial}.json`, { force: true });
      return whole;
    }
    failures.push(`${address}: ${problem}`);
  }
  throw new DatasetError(
    `${file.name} could not be downloaded\n${failures.map((failure) => `  ${failure}`).join('\n')}`,
  );
}

/** Gets and checks the file from one address; null when that worked, else what is wrong. */
async function downloadFrom(
  address: string,
  file: RemoteFile,
  partial: string,
  options: DownloadOptions,
): Promise<string | null> {
  const { signal, stallMs = 30_000, backoffMs = 1_000 } = options;
  const { leastBytes = stallMs, mostBytes = 12e9 } = options;
  let restarted = false;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const before = await sizeOf(partial);
    try {
      const known = await readKnown(partial, address, file);
      if (before > 0 && !known) await rm(partial, { force: true });
      await transfer(address, partial, {
        validator: known?.validator,
        bytes: file.bytes,
        mostBytes,
        stallMs,
        leastBytes,
        signal,
        onStart: async (start) => {
          await requireSpace(partial, start.total === null ? null : start.total - start.from);
          await writeFile(`${partial}.json`, JSON.stringify({ address, validator: start.validator }));
        },
        onProgress: ({ done, total }: Progress) =>
          options.onProgress?.({ file: file.name, phase: 'download', done, total }),
      });
      const wrong = await mismatch(partial, file, options);
      if (!wrong) return null;
      await rm(partial, { force: true });
      // Pieces of two different files may have been joined: once more from the beginning.
      if (before === 0 || restarted) return wrong;
      restarted = true;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof FinalError) return error.message;
      if (error instanceof DatasetError || isDiskFull(error)) throw error;
      if ((await sizeOf(partial)) > before && !(error instanceof SlowError)) attempt = 0;
      if (attempt >= ATTEMPTS) return (error as Error).message;
      await sleep(backoffMs * 2 ** Math.max(attempt - 1, 0), undefined, { signal });
    }
  }
}

/** What may be continued: anything whose checksum is known, else only the same version from the same address. */
async function readKnown(
  partial: string,
  address: string,
  file: RemoteFile,
): Promise<{ validator?: string } | null> {
  let known: { address?: string; validator?: string } = {};
  try {
    known = JSON.parse(await readFile(`${partial}.json`, 'utf8')) as typeof known;
  } catch {
    // Left behind by something else, or not at all.
  }
  if (known.address === address && known.validator) return { validator: known.validator };
  return file.checksum ? {} : null;
}

async function mismatch(path: string, file: RemoteFile, options: DownloadOptions): Promise<string | null> {
  const size = await sizeOf(path);
  if (file.bytes !== null && size !== file.bytes) {
    return `${file.name} has ${count(size)} bytes, ${count(file.bytes)} are expected`;
  }
  if (!file.checksum) return null;
  const actual = await checksumOf(path, file.checksum.algorithm, (done) =>
    options.onProgress?.({ file: file.name, phase: 'check', done, total: size }),
  );
  return actual === file.checksum.value ? null : wrongChecksum(file.name, file.checksum, actual);
}

/** `x.gz has md5 1.., 2.. is expected` */
export function wrongChecksum(name: string, { algorithm, value }: Checksum, actual: string): string {
  return `${name} has the wrong ${algorithm}: expected ${value}, actual ${actual}`;
}

export async function checksumOf(
  path: string,
  algorithm: Checksum['algorithm'],
  onProgress?: (done: number) => void,
): Promise<string> {
  const hash = createHash(algorithm);
  let done = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    onProgress?.((done += chunk.length));
  }
  return hash.digest('hex');
}

async function requireSpace(partial: string, needed: number | null): Promise<void> {
  if (needed === null) return;
  const { bavail, bsize } = await statfs(join(partial, '..'));
  const free = bavail * bsize;
  if (needed > free) {
    throw new DatasetError(
      `${partial} needs ${count(needed)} more bytes, ${count(free)} are free on that disk`,
    );
  }
}

function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '');
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
