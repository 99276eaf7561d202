import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from './errors.ts';

/** A picture on disk: `id` is its path below the dataset's folder, with forward slashes. */
export interface PictureFile {
  readonly id: string;
  readonly bytes: number;
  /** Modification time in milliseconds. */
  readonly modified: number;
}

/** Good training pictures, test pictures by kind, and masks, in the folder layout of MVTec AD. */
export interface DefectTree {
  readonly train: readonly PictureFile[];
  /** Kinds in name order, `good` among them where it exists. */
  readonly test: readonly { readonly kind: string; readonly pictures: readonly PictureFile[] }[];
  /** Mask of a test picture, by the picture's id. */
  readonly masks: ReadonlyMap<string, PictureFile>;
  /** Defect pictures without a mask, where their kind has masks at all, and masks without a picture. */
  readonly unmasked: readonly string[];
  readonly orphanMasks: readonly string[];
}

const PICTURE = /\.(png|jpe?g|webp|tiff?|bmp|gif)$/i;

/** Pictures directly in `root/below`, in name order; none where the folder is absent. Hidden files are passed over. */
export async function listPictures(root: string, below: string): Promise<PictureFile[]> {
  const names = (await entriesOf(join(root, below))).filter((e) => !e.isDirectory() && PICTURE.test(e.name));
  return Promise.all(
    names.map(async ({ name }) => {
      const { size, mtimeMs } = await stat(join(root, below, name));
      return { id: below === '' ? name : `${below}/${name}`, bytes: size, modified: mtimeMs };
    }),
  );
}

/** Names of the folders directly in `root/below`, in order; none where it is absent. */
export async function listFolders(root: string, below: string): Promise<string[]> {
  return (await entriesOf(join(root, below))).filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Reads `train`'s pictures, `test/<kind>` and `ground_truth/<kind>` below `root/prefix`. */
export async function readDefectTree(root: string, prefix: string, train: string): Promise<DefectTree> {
  const below = (path: string): string => (prefix === '' ? path : path === '' ? prefix : `${prefix}/${path}`);
  const test = [];
  const masks = new Map<string, PictureFile>();
  const unmasked: string[] = [];
  const orphanMasks: string[] = [];
  for (const kind of await listFolders(root, below('test'))) {
    const pictures = await listPictures(root, below(`test/${kind}`));
    test.push({ kind, pictures });
    if (kind === 'good') continue;
    const truth = new Map(
      (await listPictures(root, below(`ground_truth/${kind}`))).map((mask) => [stem(mask.id), mask]),
    );
    const expected = truth.size > 0;
    for (const { id } of pictures) {
      const name = stem(id);
      const key = truth.has(`${name}_mask`) ? `${name}_mask` : name;
      const mask = truth.get(key);
      if (mask) masks.set(id, mask);
      else if (expected) unmasked.push(id);
      truth.delete(key);
    }
    orphanMasks.push(...[...truth.values()].map(({ id }) => id));
  }
  return { train: await listPictures(root, below(train)), test, masks, unmasked, orphanMasks };
}

/** @throws DatasetError unless `path` is a folder. */
export async function requireFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new DatasetError(`there is no folder ${path}`);
  if (!found.isDirectory()) throw new DatasetError(`${path} is a file; the dataset's folder is expected`);
}

function stem(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
}

async function entriesOf(folder: string) {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new DatasetError(`${folder} cannot be read: ${message}`, { cause: error });
  }
}
