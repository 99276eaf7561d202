import { stat } from 'node:fs/promises';
import { listFolders, PassedOver, walkPictures, type PictureFile } from '@fsad/files';
import { DatasetError } from './errors.ts';
import { isGoodName, maskedName, plainName } from './kinds.ts';

/** Test pictures of one folder. */
export interface TestFolder {
  /** `good`, or the folder's name. */
  readonly kind: string;
  readonly pictures: readonly PictureFile[];
}

/** Good training pictures, test pictures by kind, and masks, in the folder layout of MVTec AD. */
export interface DefectTree {
  readonly train: readonly PictureFile[];
  /** In the order of the folders' names. */
  readonly test: readonly TestFolder[];
  /** Mask of a test picture, by the picture's id. */
  readonly masks: ReadonlyMap<string, PictureFile>;
  /** Defect pictures without a mask, where their kind has masks at all, and masks without a picture. */
  readonly unmasked: readonly string[];
  readonly orphanMasks: readonly string[];
  readonly passedOver: PassedOver;
}

/** Pictures in a folder and below, as every reader of folders finds them; what was passed over is added to `passedOver`. */
export function picturesIn(
  root: string,
  below: string,
  passedOver: PassedOver,
  options: Parameters<typeof walkPictures>[2] = {},
): PictureFile[] {
  const found = reading(root, () => walkPictures(root, below, options));
  passedOver.merge(found.passedOver);
  return found.pictures;
}

/** Paths of the folders directly in `root/below`, in the order of their names. */
export function foldersIn(root: string, below: string): { name: string; path: string }[] {
  return reading(root, () => listFolders(root, below)).map((name) => ({ name, path: joined(below, name) }));
}

/** The folder of that name in `root/below`, whatever its case; the name itself where there is none. */
export function folderNamed(root: string, below: string, name: string): string {
  const all = foldersIn(root, below);
  const found =
    all.find((folder) => folder.name === name) ?? all.find((folder) => plainName(folder.name) === name);
  return found?.path ?? joined(below, name);
}

/** Reads `test/<kind>` and `ground_truth/<kind>` below `root/prefix`; `train` are the folders of the training pictures. */
export function readDefectTree(
  root: string,
  prefix: string,
  train: readonly string[],
  options: Parameters<typeof walkPictures>[2] = {},
): DefectTree {
  const passedOver = new PassedOver();
  const test: TestFolder[] = [];
  const masks = new Map<string, PictureFile>();
  const unmasked: string[] = [];
  const truthFolders = new Map(
    foldersIn(root, folderNamed(root, prefix, 'ground_truth')).map(({ name, path }) => [
      plainName(name),
      path,
    ]),
  );
  const orphanMasks: string[] = [];
  for (const { name, path } of foldersIn(root, folderNamed(root, prefix, 'test'))) {
    const pictures = picturesIn(root, path, passedOver);
    const truthFolder = truthFolders.get(plainName(name));
    truthFolders.delete(plainName(name));
    if (isGoodName(name)) {
      test.push({ kind: 'good', pictures });
      continue;
    }
    test.push({ kind: name, pictures });
    const truth = truthFolder === undefined ? [] : picturesIn(root, truthFolder, passedOver);
    const matched = matchMasks(pictures, path, truth, truthFolder ?? '');
    for (const [id, mask] of matched.masks) masks.set(id, mask);
    if (truth.length > 0) unmasked.push(...matched.unmasked);
    orphanMasks.push(...matched.left);
  }
  for (const [name, path] of truthFolders)
    if (!isGoodName(name)) orphanMasks.push(...picturesIn(root, path, passedOver).map(({ id }) => id));
  return {
    train: train.flatMap((folder) => picturesIn(root, folder, passedOver, options)),
    test,
    masks,
    unmasked,
    orphanMasks,
    passedOver,
  };
}

/**
 * Which mask belongs to which picture of a kind: by the same path below its folder, or the same with `_mask`; else by one that differs in case, in
 * Unicode form or in how it ends (`_Mask`, `-gt`).
 */
function matchMasks(
  pictures: readonly PictureFile[],
  folder: string,
  truth: readonly PictureFile[],
  truthFolder: string,
): { masks: Map<string, PictureFile>; unmasked: string[]; left: string[] } {
  const masks = new Map<string, PictureFile>();
  const left = new Map(truth.map((mask) => [stemBelow(mask.id, truthFolder), mask]));
  const take = (picture: PictureFile, key: string | undefined): void => {
    const mask = key === undefined ? undefined : left.get(key);
    if (!mask) return;
    masks.set(picture.id, mask);
    left.delete(key!);
  };
  for (const picture of pictures) {
    const stem = stemBelow(picture.id, folder);
    take(picture, left.has(`${stem}_mask`) ? `${stem}_mask` : stem);
  }
  const loose = new Map<string, string>();
  for (const key of left.keys()) if (!loose.has(maskedName(key))) loose.set(maskedName(key), key);
  for (const picture of pictures) {
    if (masks.has(picture.id)) continue;
    const stem = stemBelow(picture.id, folder);
    take(picture, loose.get(plainName(stem)) ?? loose.get(maskedName(stem)));
  }
  const taken = new Set(masks.values());
  return {
    masks,
    unmasked: pictures.filter(({ id }) => !masks.has(id)).map(({ id }) => id),
    left: truth.filter((mask) => !taken.has(mask)).map(({ id }) => id),
  };
}

/** In words, which folders count as good and which as defects: `good: test/good (40); defects: test/bent (12), test/cut (9)`. */
export function kindsInWords(train: readonly PictureFile[], test: readonly TestFolder[]): string {
  const good = test.filter(({ kind }) => kind === 'good').flatMap(({ pictures }) => pictures);
  const defects = test.filter(({ kind }) => kind !== 'good').flatMap(({ pictures }) => pictures);
  return [
    `training: ${placesOf(train)}`,
    ...(good.length > 0 ? [`good: ${placesOf(good)}`] : []),
    ...(defects.length > 0 ? [`defects: ${placesOf(defects)}`] : []),
  ].join('; ');
}

function placesOf(pictures: readonly PictureFile[]): string {
  const counts = new Map<string, number>();
  for (const { id } of pictures) {
    const folder = id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : 'the folder itself';
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts].map(([folder, count]) => `${folder} (${count})`).join(', ');
}

/** @throws DatasetError unless `path` is a folder. */
export async function requireFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new DatasetError(`there is no folder ${path}`);
  if (!found.isDirectory()) throw new DatasetError(`${path} is a file; the dataset's folder is expected`);
}

function joined(below: string, name: string): string {
  return below === '' ? name : `${below}/${name}`;
}

function stemBelow(id: string, folder: string): string {
  return id.slice(folder.length + 1).replace(/\.[^./]*$/, '');
}

function reading<T>(root: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new DatasetError(`${root} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
