import { openDataset } from '@fsad/datasets';
import { encodePng } from '@fsad/images';

/** A generated picture as a browser is given a file. */
export interface PictureFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** Generated pictures as PNG files, by their ids in the dataset `generated`. */
export async function generatedFiles(ids: readonly string[]): Promise<PictureFile[]> {
  const dataset = await openDataset('generated');
  return Promise.all(
    ids.map(async (id) => ({
      name: `${id.replaceAll('/', '-')}.png`,
      mimeType: 'image/png',
      buffer: Buffer.from(await encodePng(await dataset.image(id))),
    })),
  );
}
