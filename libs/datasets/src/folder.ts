import { join } from 'node:path';
import { BadImageError, decodeImage } from '@fsad/images';
import type { Dataset, TestItem } from './dataset.ts';
import { digestsOfPictures } from './digest.ts';
import { DatasetError, requireClass } from './errors.ts';
import { decodeMask, PictureStore } from './pictures.ts';
import { listPictures, readDefectTree, requireFolder, type DefectTree, type PictureFile } from './tree.ts';
import { someOf } from './words.ts';

const CLASS = 'normal';
const GOOD_FOLDERS = ['', 'train/good', 'train', 'good'];

/**
 * Opens one's own pictures as a dataset of the one class `normal`. The good ones lie in `path` itself, in `train/good`,
 * `train` or `good`; optionally `test/good`, `test/<defect>` and `ground_truth/<defect>` as in MVTec AD, or `bad`.
 * Without `test/good`, the good pictures that are not drawn for training are the normal test pictures.
 *
 * @param colour `auto` takes what the first picture is and refuses others; `grey` and `rgb` convert every picture.
 * @throws DatasetError when no good picture is found, saying where they were looked for.
 */
export async function openFolder(path: string, colour: 'auto' | 'grey' | 'rgb' = 'auto'): Promise<Dataset> {
  await requireFolder(path);
  const tree = await readTree(path);
  const all = [...tree.train, ...tree.test.flatMap(({ pictures }) => pictures)];
  const first = colour === 'auto' ? await firstReadable(path, tree.train) : null;
  const channels = colour === 'auto' ? first!.channels : colour === 'grey' ? 1 : 3;
  const store = new PictureStore(path, all, channels);
  const digests = digestsOfPictures([...all, ...tree.masks.values()]);
  const hasGood = tree.test.some(({ kind, pictures }) => kind === 'good' && pictures.length > 0);
  return {
    name: 'folder',
    classes: [CLASS],
    colour: channels === 1 ? 'grey' : 'rgb',
    options: { colour },
    ...digests,
    warnings: warningsOf(tree),
    taskOf(className) {
      requireClass(path, [CLASS], className);
      return 'defects';
    },
    fingerprintOf(className) {
      requireClass(path, [CLASS], className);
      return digests.fingerprint;
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
    image(id) {
      if (!first) return store.read(id);
      const [this_, that] = channels === 1 ? ['in colour', 'grey'] : ['grey', 'in colour'];
      return store.readStrict(
        id,
        `is ${this_} while ${first.id} is ${that}; the option colour=grey or colour=rgb converts all`,
      );
    },
    async mask(id) {
      const mask = tree.masks.get(id);
      return mask ? decodeMask(join(path, mask.id)) : null;
    },
    async close() {},
  };
}

async function readTree(path: string): Promise<DefectTree & { unused: string[] }> {
  const places = [];
  for (const place of GOOD_FOLDERS) if ((await listPictures(path, place)).length > 0) places.push(place);
  const [train, ...others] = places;
  if (train === undefined) {
    throw new DatasetError(
      `${path} holds no good pictures (PNG, JPEG, WebP, TIFF, GIF, BMP); they are looked for in it and in its folders train/good, train and good`,
    );
  }
  const tree = await readDefectTree(path, '', train);
  const bad = await listPictures(path, 'bad');
  const loose = await listPictures(path, 'test');
  return {
    ...tree,
    test: bad.length === 0 ? tree.test : [...tree.test, { kind: 'bad', pictures: bad }],
    unused: [
      ...others.map(
        (place) =>
          `pictures in ${place} are not used, since there are good ones in ${train || 'the folder itself'}`,
      ),
      ...(loose.length > 0
        ? ['pictures in test have no label and are not used; test/good and test/<defect> are']
        : []),
    ],
  };
}

async function firstReadable(
  path: string,
  pictures: readonly PictureFile[],
): Promise<{ id: string; channels: 1 | 3 }> {
  let problem: unknown;
  for (const { id } of pictures) {
    try {
      return { id, channels: (await decodeImage(join(path, id))).channels };
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
