import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, replaceFile } from '@fsad/files';

const NAME = 'tiles.json';
const schema = z.strictObject({ format: z.literal('fsad-tiles-v1'), tiles: z.number().int().min(2) });

/** Keeps with a model into how many tiles along a side it cuts pictures; for 1 there is nothing to keep. */
export async function writeTiles(directory: string, tiles: number): Promise<void> {
  if (tiles === 1) return;
  await replaceFile(join(directory, NAME), `${JSON.stringify({ format: 'fsad-tiles-v1', tiles })}\n`);
}

/** Into how many tiles along a side a model cuts pictures. @throws InvalidFileError for a damaged file. */
export async function readTiles(directory: string): Promise<number> {
  const file = join(directory, NAME);
  if (!existsSync(file)) return 1;
  return (await readJson(file, schema, { advice: 'train again' })).tiles;
}
