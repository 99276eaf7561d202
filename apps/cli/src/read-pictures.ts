import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { decodeImage, withChannels, type Image } from '@fsad/images';
import { largeEnough } from './bad-images.ts';

const PICTURES = new Set(['.png', '.jpg', '.jpeg', '.webp', '.bmp', '.tif', '.tiff', '.gif']);

/** A picture on disk, decoded when asked for. */
export interface Picture {
  readonly name: string;
  image(): Promise<Image>;
}

/**
 * The pictures that files and folders name, folders read recursively in the order of their names. A grey model takes colour pictures as grey and a colour
 * model grey ones as colour.
 * @throws Error naming a path that does not exist, or when there is no picture at all.
 */
export async function readPictures(paths: readonly string[], colour: 'grey' | 'rgb'): Promise<Picture[]> {
  const names: string[] = [];
  for (const path of paths) {
    if (!(await stat(path)).isDirectory()) {
      names.push(path);
      continue;
    }
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const found = entries
      .filter((entry) => entry.isFile() && PICTURES.has(extname(entry.name).toLowerCase()))
      .map((entry) => join(entry.parentPath, entry.name));
    names.push(...found.sort());
  }
  if (names.length === 0) throw new Error(`there is no picture in ${paths.join(', ')}`);
  return names.map((name) => ({
    name,
    image: async () => largeEnough(withChannels(await decodeImage(name), colour === 'grey' ? 1 : 3), name),
  }));
}
