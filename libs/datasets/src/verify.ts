import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BadImageError } from '@fsad/images';
import type { DatasetName } from './dataset.ts';
import { DOWNLOADABLE_NAMES, type DownloadableName } from './dataset.ts';
import { checksumOf, wrongChecksum } from './fetch/download.ts';
import { SOURCES } from './fetch/sources.ts';
import { inParallel } from './parallel.ts';
import { openDataset, type OpenRequest } from './open.ts';

export interface Verification {
  /** Everything that is missing, damaged or differs from the published copy; empty for a whole one. */
  readonly problems: readonly string[];
  /** Pictures and masks that were decoded. */
  readonly decoded: number;
  /** Files whose published checksum was compared. */
  readonly checksums: number;
}

/**
 * Checks a dataset on disk: published checksums where its files carry them, what is missing, and every picture and mask
 * by decoding it. @throws DatasetError when it cannot be opened at all.
 */
export async function verifyDataset(
  name: DatasetName,
  request: OpenRequest,
  onProgress?: (progress: { done: number; total: number }) => void,
): Promise<Verification> {
  const dataset = await openDataset(name, request);
  try {
    const published = await compareChecksums(name, request.path);
    const problems = [...dataset.warnings, ...published.problems];
    const ids = dataset.ids();
    let done = 0;
    let masks = 0;
    await inParallel(ids, async (id) => {
      try {
        const image = await dataset.image(id);
        const mask = await dataset.mask(id);
        if (mask) masks++;
        if (mask?.doubt !== undefined) problems.push(`the mask of ${id} ${mask.doubt}`);
        else if (mask && (mask.width !== image.width || mask.height !== image.height)) {
          problems.push(`${id} is ${image.width} x ${image.height}, its mask ${mask.width} x ${mask.height}`);
        }
      } catch (error) {
        if (!(error instanceof BadImageError)) throw error;
        problems.push(error.message);
      }
      onProgress?.({ done: ++done, total: ids.length });
    });
    return { problems, decoded: ids.length + masks, checksums: published.compared };
  } finally {
    await dataset.close();
  }
}

async function compareChecksums(
  name: DatasetName,
  path: string | undefined,
): Promise<{ problems: string[]; compared: number }> {
  const problems: string[] = [];
  let compared = 0;
  if (path === undefined || !(DOWNLOADABLE_NAMES as string[]).includes(name)) return { problems, compared };
  const { files, unpack } = SOURCES[name as DownloadableName];
  for (const { name: file, checksum } of unpack ? [] : files) {
    const found = await findFile(path, file);
    if (!found || !checksum) continue;
    const actual = await checksumOf(found, checksum.algorithm);
    compared++;
    if (actual !== checksum.value) problems.push(wrongChecksum(found, checksum, actual));
  }
  return { problems, compared };
}

async function findFile(path: string, file: string): Promise<string | null> {
  for (const below of ['', ...(await readdir(path))]) {
    const candidate = join(path, below, file);
    if (await stat(candidate).catch(() => null)) return candidate;
  }
  return null;
}
