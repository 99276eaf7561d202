import { cp, lstat, mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { holderName, withLock, type LockHolder } from '@fsad/files';
import { dataDirectory, resolveDataPath } from '../data-path.ts';
import type { DownloadableName } from '../dataset.ts';
import { DatasetError } from '../errors.ts';
import { openDataset } from '../open.ts';
import { checksumOf, download, wrongChecksum, type DownloadOptions } from './download.ts';
import { SOURCES, type DatasetSource, type RemoteFile } from './sources.ts';
import { unpack } from './unpack.ts';

export interface FetchRequest extends DownloadOptions {
  readonly name: DownloadableName;
  /** Directory of all datasets; default: where the library looks for them. */
  readonly dataDir?: string;
  /** A local archive, a folder with the archives or files, or the dataset unpacked; nothing is downloaded then. */
  readonly from?: string;
  /** Called with something worth telling, such as waiting for another process. */
  readonly onNote?: (note: string) => void;
  /** Where to download from instead of the official source. */
  readonly source?: DatasetSource;
}

export interface Fetched {
  readonly path: string;
  /** True when it was there before and nothing was done. */
  readonly already: boolean;
  /** What is missing in what was fetched; empty for a whole copy. */
  readonly warnings: readonly string[];
}

/**
 * Brings a dataset into the data directory: downloads or takes what is local, checks, unpacks beside the final place
 * and renames at the end. One process at a time does so for a dataset; another waits and finds it done. An interrupted
 * download is continued next time.
 * @throws DatasetError naming what went wrong; for a dead address, with the steps to do it by hand.
 */
export async function fetchDataset(request: FetchRequest): Promise<Fetched> {
  const { name, signal, onNote } = request;
  const dataDir = dataDirectory({ dataDir: request.dataDir });
  const path = resolveDataPath(name, { dataDir })!;
  const work = join(dataDir, '.fetch', basename(path));
  await mkdir(work, { recursive: true });
  const onWait = (holder: LockHolder): void =>
    onNote?.(`${holderName(holder)} is fetching ${name}; waiting for it`);
  return withLock(`${work}.lock`, { purpose: `Fetching of ${name}`, signal, onWait }, async (lockSignal) => {
    const there = await alreadyThere(name, path);
    if (there) return there;
    const source = request.source ?? SOURCES[name];
    const options = { mostBytes: source.most.bytes, ...request, signal: lockSignal };
    const tree = join(work, 'tree');
    await rm(tree, { recursive: true, force: true });
    await mkdir(tree);
    if (request.from !== undefined && (await isUnpacked(name, request.from, source))) {
      await copyTree(request.from, tree, options);
    } else {
      const own = request.from === undefined;
      const files = own
        ? await downloadAll(name, source, work, options)
        : await localFiles(source, request.from!, options);
      for (const { file, local } of files) await place(file, local, tree, source, own, options);
    }
    const top = await soleFolder(tree, basename(path));
    const dataset = await openDataset(name, { path: top });
    await dataset.close();
    await rename(top, path);
    await rm(work, { recursive: true, force: true });
    return { path, already: false, warnings: dataset.warnings };
  });
}

/** The dataset when it is whole already; null when nothing is there. @throws DatasetError when something else is. */
async function alreadyThere(name: DownloadableName, path: string): Promise<Fetched | null> {
  const entries = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new DatasetError(`${path} is in the way: ${error.message}`);
  });
  if (entries === null) return null;
  if (entries.length === 0) {
    await rmdir(path);
    return null;
  }
  let problem: string;
  try {
    const dataset = await openDataset(name, { path });
    await dataset.close();
    if (dataset.warnings.length === 0) return { path, already: true, warnings: [] };
    problem = dataset.warnings.join('; ');
  } catch (error) {
    problem = (error as Error).message;
  }
  throw new DatasetError(
    `${path} is there but not whole (${problem}). Nothing was changed: move it away, or fetch with another --data-dir`,
  );
}

/** Whether a local folder is the dataset itself rather than holding the files to check and unpack. */
async function isUnpacked(name: DownloadableName, path: string, { files }: DatasetSource): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new DatasetError(`--from ${path}: there is no such file or folder`);
  if (!found.isDirectory()) return false;
  const names = new Set(await readdir(path));
  if (files.every((file) => names.has(file.name))) return false;
  return openDataset(name, { path }).then(
    async (dataset) => {
      await dataset.close();
      return true;
    },
    () => false,
  );
}

interface LocalFile {
  readonly file: RemoteFile;
  readonly local: string;
}

async function downloadAll(
  name: DownloadableName,
  source: DatasetSource,
  work: string,
  options: DownloadOptions,
): Promise<LocalFile[]> {
  const files = [];
  for (const file of source.files) {
    try {
      files.push({ file, local: await download(file, work, options) });
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof DatasetError) || !/could not be downloaded/.test(error.message)) throw error;
      throw new DatasetError(`${error.message}\n${byHand(name, source)}`, { cause: error });
    }
  }
  return files;
}

/** What to do when no address answers. */
export function byHand(name: DownloadableName, { page, files }: DatasetSource): string {
  const several = files.length > 1;
  return [
    'To do it by hand:',
    `  1. download ${files.map((file) => file.name).join(', ')} from ${page}`,
    `  2. fsad datasets fetch ${name} --from ${several ? 'the folder you put them in' : `path/to/${files[0].name}`}`,
  ].join('\n');
}

/** The source's files in a local folder, or the one archive. @throws DatasetError naming what is missing or has a wrong checksum. */
async function localFiles(
  source: DatasetSource,
  from: string,
  options: DownloadOptions,
): Promise<LocalFile[]> {
  const names = source.files.map(({ name }) => name);
  if ((await stat(from)).isFile()) {
    if (names.length > 1)
      throw new DatasetError(`--from ${from}: a folder with ${names.join(', ')} is needed`);
    return [await checked(source.files[0], from, options)];
  }
  const files = [];
  for (const file of source.files) {
    const local = join(from, file.name);
    if (!(await stat(local).catch(() => null))) {
      throw new DatasetError(
        `--from ${from}: ${file.name} is not there; needed are ${names.join(', ')}, or the unpacked dataset`,
      );
    }
    files.push(await checked(file, local, options));
  }
  return files;
}

async function checked(file: RemoteFile, local: string, { onProgress }: DownloadOptions): Promise<LocalFile> {
  if (!file.checksum) return { file, local };
  const total = (await stat(local)).size;
  const actual = await checksumOf(local, file.checksum.algorithm, (done) =>
    onProgress?.({ file: file.name, phase: 'check', done, total }),
  );
  if (actual !== file.checksum.value) throw new DatasetError(wrongChecksum(local, file.checksum, actual));
  return { file, local };
}

async function place(
  file: RemoteFile,
  local: string,
  tree: string,
  source: DatasetSource,
  own: boolean,
  options: DownloadOptions,
): Promise<void> {
  if (source.unpack) {
    await unpack(local, tree, {
      most: source.most,
      signal: options.signal,
      onProgress: (done, total) => options.onProgress?.({ file: file.name, phase: 'unpack', done, total }),
    });
  } else if (own) await rename(local, join(tree, file.name));
  else await cp(local, join(tree, file.name));
}

/** Copies an unpacked dataset, files and folders only. */
async function copyTree(from: string, tree: string, { onProgress, signal }: DownloadOptions): Promise<void> {
  let done = 0;
  await cp(from, tree, {
    recursive: true,
    filter: async (source) => {
      signal?.throwIfAborted();
      const found = await lstat(source);
      if (found.isFile())
        onProgress?.({ file: basename(source), phase: 'copy', done: (done += found.size), total: null });
      return found.isFile() || found.isDirectory();
    },
  });
}

/** The folder inside `tree` when it holds nothing but one of this name, else `tree`. */
async function soleFolder(tree: string, name: string): Promise<string> {
  const entries = await readdir(tree);
  return entries.length === 1 && entries[0] === name ? join(tree, name) : tree;
}
