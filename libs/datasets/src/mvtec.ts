import { join } from 'node:path';
import type { PictureFile } from '@fsad/files';
import { pictureShape } from '@fsad/images';
import { ContentDigests } from './content-digests.ts';
import type { Dataset, TestItem } from './dataset.ts';
import { digestOfLines, stampOf } from './digest.ts';
import { DatasetError, requireClass } from './errors.ts';
import { isGoodName } from './kinds.ts';
import { decodeMask } from './mask.ts';
import { PictureStore } from './pictures.ts';
import {
  folderNamed,
  foldersIn,
  kindsInWords,
  readDefectTree,
  requireFolder,
  type DefectTree,
} from './tree.ts';
import { someOf } from './words.ts';

/** Pictures a category of MVTec AD has: training, good test, defect test; every defect picture has one mask. */
const CATEGORIES: Readonly<Record<string, readonly [train: number, good: number, defects: number]>> = {
  bottle: [209, 20, 63],
  cable: [224, 58, 92],
  capsule: [219, 23, 109],
  carpet: [280, 28, 89],
  grid: [264, 21, 57],
  hazelnut: [391, 40, 70],
  leather: [245, 32, 92],
  metal_nut: [220, 22, 93],
  pill: [267, 26, 141],
  screw: [320, 41, 119],
  tile: [230, 33, 84],
  toothbrush: [60, 12, 30],
  transistor: [213, 60, 40],
  wood: [247, 19, 60],
  zipper: [240, 32, 119],
};

/**
 * Opens MVTec AD in its official layout: `<category>/train/good`, `<category>/test/<kind>`, `<category>/ground_truth/<kind>`.
 * Grey categories come with three equal channels, as in the published program (docs/presets.md#3.16).
 * @throws DatasetError when `path` holds no category.
 */
export async function openMvtec(path: string): Promise<Dataset> {
  await requireFolder(path);
  const trees = new Map<string, DefectTree>();
  for (const { name: category } of foldersIn(path, '')) {
    const tree = readDefectTree(path, category, goodTraining(path, category));
    if (tree.train.length > 0 || tree.test.length > 0) trees.set(category, tree);
  }
  if (trees.size === 0) throw notMvtec(path);
  const classes = [...trees.keys()];
  const treeOf = (className: string): DefectTree => {
    if (className in CATEGORIES && !trees.has(className)) {
      throw new DatasetError(
        `category ${className} is absent from ${path}; present are ${classes.join(', ')}`,
      );
    }
    requireClass('mvtec', classes, className);
    return trees.get(className)!;
  };
  const pictures = [...trees.values()].flatMap(picturesOf);
  const masks = new Map([...trees.values()].flatMap((tree) => [...tree.masks]));
  const files = new Map([...pictures, ...masks.values()].map((file) => [file.id, file]));
  const store = new PictureStore(path, pictures, 3);
  const contents = new ContentDigests(path);
  const fingerprints = new Map<string, string>();
  const fingerprintOf = (className: string): string => {
    const tree = treeOf(className);
    const known = fingerprints.get(className) ?? digestOfLines(contents.lines(filesOf(tree)));
    fingerprints.set(className, known);
    return known;
  };
  return {
    name: 'mvtec',
    classes,
    colour: 'rgb',
    colourWhy:
      'as the published loader opens every category; grey files come with three equal channels (docs/presets.md#3.16)',
    options: {},
    get fingerprint() {
      return digestOfLines(contents.lines([...files.values()]));
    },
    stamp: stampOf([...files.values()]),
    warnings: warningsOf(trees),
    taskOf(className) {
      treeOf(className);
      return 'defects';
    },
    // So that a category added later changes no other's trials.
    fingerprintOf,
    notesOf(className) {
      const { train, test, passedOver } = treeOf(className);
      const left = passedOver.inWords();
      return [kindsInWords(train, test), ...(left ? [left] : [])];
    },
    ids: () => pictures.map(({ id }) => id),
    trainIds: (className) => treeOf(className).train.map(({ id }) => id),
    testItems(className, subset) {
      const { test } = treeOf(className);
      if (subset === 'validation')
        throw new DatasetError('mvtec has no validation images; settings are chosen on other datasets');
      return test.flatMap(({ kind, pictures }) =>
        pictures.map(({ id }): TestItem => ({
          id,
          anomalous: kind !== 'good',
          kind,
          hasMask: masks.has(id),
        })),
      );
    },
    shapeOf: (id) => pictureShape(join(path, id)),
    contentOf: (id) => contents.of([files.get(id)!])[0],
    image: (id) => store.read(id),
    async mask(id) {
      const mask = masks.get(id);
      return mask ? decodeMask(mask.path, join(path, id)) : null;
    },
    async close() {},
  };
}

/** The folders of a category's training pictures: `train/good`, whatever its case, and the like. */
function goodTraining(path: string, category: string): string[] {
  return foldersIn(path, folderNamed(path, category, 'train'))
    .filter(({ name }) => isGoodName(name))
    .map((folder) => folder.path);
}

function warningsOf(trees: ReadonlyMap<string, DefectTree>): string[] {
  const warnings = [];
  const absent = Object.keys(CATEGORIES).filter((category) => !trees.has(category));
  if (absent.length > 0) warnings.push(`${absent.length} of 15 categories are absent: ${absent.join(', ')}`);
  for (const [category, tree] of trees) {
    const official = CATEGORIES[category];
    if (!official) warnings.push(`${category} is not a category of MVTec AD; it is used as it is`);
    else warnings.push(...shortfalls(category, tree, official));
    if (tree.unmasked.length > 0)
      warnings.push(`${category}: defect pictures without a mask: ${someOf(tree.unmasked)}`);
    if (tree.orphanMasks.length > 0)
      warnings.push(`${category}: masks without a picture: ${someOf(tree.orphanMasks)}`);
  }
  return warnings;
}

function picturesOf({ train, test }: DefectTree): PictureFile[] {
  return [train, ...test.map(({ pictures }) => pictures)].flat();
}

function filesOf(tree: DefectTree): PictureFile[] {
  return [...picturesOf(tree), ...tree.masks.values()];
}

function shortfalls(
  category: string,
  tree: DefectTree,
  [train, good, defects]: (typeof CATEGORIES)[string],
): string[] {
  const inKinds = (wanted: (kind: string) => boolean): number =>
    tree.test.filter(({ kind }) => wanted(kind)).reduce((sum, { pictures }) => sum + pictures.length, 0);
  const counts = [
    { what: 'training pictures', present: tree.train.length, official: train },
    { what: 'good test pictures', present: inKinds((kind) => kind === 'good'), official: good },
    { what: 'defect pictures', present: inKinds((kind) => kind !== 'good'), official: defects },
    { what: 'masks', present: tree.masks.size + tree.orphanMasks.length, official: defects },
  ];
  const wrong = counts.filter(({ present, official }) => present !== official);
  return wrong.length === 0
    ? []
    : [
        `${category}: ${wrong.map(({ what, present, official }) => `${present} of ${official} ${what}`).join(', ')}`,
      ];
}

function notMvtec(path: string): DatasetError {
  if (readDefectTree(path, '', goodTraining(path, '')).train.length > 0) {
    return new DatasetError(
      `${path} is one category; give the folder that holds it, or open it as a folder of your own`,
    );
  }
  return new DatasetError(
    `${path} holds no category of MVTec AD: grid/train/good and the like are expected there`,
  );
}
