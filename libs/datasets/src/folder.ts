import { join } from 'node:path';
import { PassedOver, type PictureFile } from '@fsad/files';
import { BadImageError, decodeImage, pictureShape, unusedRange } from '@fsad/images';
import { ContentDigests } from './content-digests.ts';
import type { Dataset, TestItem } from './dataset.ts';
import { digestOfLines, stampOf } from './digest.ts';
import { DatasetError, requireClass } from './errors.ts';
import { isBadName, isGoodName, plainName } from './kinds.ts';
import { decodeMask } from './mask.ts';
import { PictureStore } from './pictures.ts';
import {
  folderNamed,
  foldersIn,
  kindsInWords,
  picturesIn,
  readDefectTree,
  requireFolder,
  type DefectTree,
} from './tree.ts';
import { someOf } from './words.ts';

const CLASS = 'normal';

/**
 * Opens one's own pictures as a dataset of the one class `normal`. The good ones lie in `path` itself, in `train/good`,
 * `train` or `good`; optionally `test/good`, `test/<defect>` and `ground_truth/<defect>` as in MVTec AD, or `bad`. Names of folders count whatever
 * their case, and `ok` and `normal` are good too.
 * Without `test/good`, the good pictures that are not drawn for training are the normal test pictures.
 *
 * @param colour `auto` takes what the first picture is and refuses others; `grey` and `rgb` convert every picture.
 * @throws DatasetError when no good picture is found, saying where they were looked for.
 */
export async function openFolder(path: string, colour: 'auto' | 'grey' | 'rgb' = 'auto'): Promise<Dataset> {
  await requireFolder(path);
  const tree = readTree(path);
  const all = [...tree.train, ...tree.test.flatMap(({ pictures }) => pictures)];
  const files = new Map([...all, ...tree.masks.values()].map((file) => [file.id, file]));
  const first = await firstReadable(tree.train);
  const channels = colour === 'auto' ? first.channels : colour === 'grey' ? 1 : 3;
  const store = new PictureStore(path, all, channels);
  const contents = new ContentDigests(path);
  let fingerprint: string | undefined;
  const fingerprintOf = (): string => (fingerprint ??= digestOfLines(contents.lines([...files.values()])));
  const hasGood = tree.test.some(({ kind, pictures }) => kind === 'good' && pictures.length > 0);
  return {
    name: 'folder',
    classes: [CLASS],
    colour: channels === 1 ? 'grey' : 'rgb',
    colourWhy:
      colour === 'auto' ? `as its first picture, ${first.id}, is` : `as the option colour=${colour} says`,
    options: { colour },
    get fingerprint() {
      return fingerprintOf();
    },
    stamp: stampOf([...files.values()]),
    warnings: [...warningsOf(tree), ...first.warnings],
    taskOf(className) {
      requireClass(path, [CLASS], className);
      return 'defects';
    },
    fingerprintOf(className) {
      requireClass(path, [CLASS], className);
      return fingerprintOf();
    },
    notesOf(className) {
      requireClass(path, [CLASS], className);
      const passedOver = tree.passedOver.inWords();
      return [kindsInWords(tree.train, tree.test), ...(passedOver ? [passedOver] : [])];
    },
    ids: () => all.map(({ id }) => id),
    trainIds(className) {
      requireClass(path, [CLASS], className);
      return tree.train.map(({ id }) => id);
    },
    testItems(className, subset) {
      requireClass(path, [CLASS], className);
      if (subset === 'validation')
        throw new DatasetError(`${path}: a folder has no validation images of its own`);
      const kinds = hasGood ? tree.test : [{ kind: 'good', pictures: tree.train }, ...tree.test];
      return kinds.flatMap(({ kind, pictures }) =>
        pictures.map(({ id }): TestItem => ({
          id,
          anomalous: kind !== 'good',
          kind,
          hasMask: tree.masks.has(id),
        })),
      );
    },
    shapeOf: (id) => pictureShape(join(path, id)),
    contentOf: (id) => contents.of([files.get(id)!])[0],
    image(id) {
      if (colour !== 'auto') return store.read(id);
      const [this_, that] = channels === 1 ? ['in colour', 'grey'] : ['grey', 'in colour'];
      return store.readStrict(
        id,
        `is ${this_} while ${first.id} is ${that}; the option colour=grey or colour=rgb converts all`,
      );
    },
    async mask(id) {
      const mask = tree.masks.get(id);
      return mask ? decodeMask(mask.path, join(path, id)) : null;
    },
    async close() {},
  };
}

function readTree(path: string): DefectTree & { unused: string[] } {
  const root = foldersIn(path, '');
  const train = folderNamed(path, '', 'train');
  const good = [
    ...foldersIn(path, train).filter(({ name }) => isGoodName(name)),
    { name: 'train', path: train },
    ...root.filter(({ name }) => isGoodName(name)),
  ].map((folder) => folder.path);
  // Folders beside the good pictures have labels of their own, or none: only those directly in the folder or in `train` count.
  const isKnown = (name: string): boolean =>
    isGoodName(name) || isBadName(name) || ['train', 'test', 'ground_truth'].includes(plainName(name));
  const options = (place: string) => ({ flat: place === '' || place === train, known: isKnown });
  const has = (place: string): boolean =>
    picturesIn(path, place, new PassedOver(), options(place)).length > 0;
  const [place, ...others] = ['', ...good].filter(has);
  if (place === undefined) {
    const there = root.map(({ name }) => name);
    throw new DatasetError(
      `${path} holds no good pictures (PNG, JPEG, WebP, TIFF, GIF, BMP); they are looked for in it and in its folders train/good, train and good` +
        (there.length > 0 ? `; there are the folders ${someOf(there)}` : ''),
    );
  }
  const tree = readDefectTree(path, '', [place], options(place));
  if (place !== '') picturesIn(path, '', tree.passedOver, options(''));
  const bad = root.filter(({ name }) => isBadName(name));
  const loose = picturesIn(path, folderNamed(path, '', 'test'), new PassedOver(), { flat: true });
  return {
    ...tree,
    test: [
      ...tree.test,
      ...bad.map((folder) => ({
        kind: plainName(folder.name),
        pictures: picturesIn(path, folder.path, tree.passedOver),
      })),
    ],
    unused: [
      ...others.map(
        (other) =>
          `pictures in ${other} are not used, since there are good ones in ${place || 'the folder itself'}`,
      ),
      ...(loose.length > 0
        ? ['pictures in test have no label and are not used; test/good and test/<defect> are']
        : []),
    ],
  };
}

/** The first good picture that can be read: its channels, and what is odd about it. */
async function firstReadable(
  pictures: readonly PictureFile[],
): Promise<{ id: string; channels: 1 | 3; warnings: string[] }> {
  let problem: unknown;
  for (const { id, path: file } of pictures) {
    try {
      const { channels } = await decodeImage(file);
      const most = await unusedRange(file);
      const warnings =
        most === null
          ? []
          : [
              `${id} has 16 bits a channel but no value above ${most} (of a camera with fewer bits?); its 8 bits are nearly black: scale it to the full range`,
            ];
      return { id, channels, warnings };
    } catch (error) {
      if (!(error instanceof BadImageError)) throw error;
      problem ??= error;
    }
  }
  throw new DatasetError(
    `none of the ${pictures.length} good pictures can be read; ${(problem as Error).message}`,
    { cause: problem },
  );
}

function warningsOf(tree: DefectTree & { unused: readonly string[] }): string[] {
  const warnings = [...tree.unused];
  if (tree.unmasked.length > 0) warnings.push(`defect pictures without a mask: ${someOf(tree.unmasked)}`);
  if (tree.orphanMasks.length > 0) warnings.push(`masks without a picture: ${someOf(tree.orphanMasks)}`);
  return warnings;
}
