import { join } from 'node:path';
import { markMadeHere, requireNoInput, writeFolderAtomically } from '@fsad/files';
import { encodePng } from './encode.ts';
import type { Image } from './image.ts';

/** Writes a picture as PNG, marked as drawn by this program. @throws OutputError when a picture lies there that it did not draw. */
export async function writePicture(directory: string, name: string, image: Image): Promise<void> {
  await requireNoInput([join(directory, name)], [], 'a picture');
  await writeFolderAtomically(directory, new Map([[name, markMadeHere(await encodePng(image))]]));
}
