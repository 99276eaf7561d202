import { join } from 'node:path';
import type { Dataset } from './dataset.ts';
import { digestOfLines } from './digest.ts';
import { DatasetError } from './errors.ts';
import { firstFolderWith } from './folders.ts';
import { openIdx } from './idx.ts';
import { labelledDataset, type LabelledPart } from './labelled.ts';
import { count } from './words.ts';

const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
/** FashionMNIST's classes in label order, its authors' names in lower case with hyphens. */
const GARMENTS = [
  't-shirt',
  'trouser',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle-boot',
];
const PARTS = { train: { prefix: 'train', official: 60_000 }, test: { prefix: 't10k', official: 10_000 } };

/**
 * Opens MNIST or FashionMNIST from its four idx files, plain or gzip, in `path` or in `raw` below it as torchvision
 * leaves them. Labels are read now, pixels when first asked for. @throws DatasetError naming a missing or damaged file.
 */
export async function openMnist(name: 'mnist' | 'fashion-mnist', path: string): Promise<Dataset> {
  const family = name === 'mnist' ? 'MNIST' : 'FashionMNIST';
  const stems = Object.values(PARTS).map(({ prefix }) => `${prefix}-images-idx3-ubyte`);
  const folder = await firstFolderWith(
    [path, join(path, 'raw'), join(path, family, 'raw')],
    stems.flatMap((stem) => [stem, `${stem}.gz`]),
  );
  if (!folder) {
    throw new DatasetError(
      `${path} holds no ${family}: train-images-idx3-ubyte.gz and its three companions are expected there`,
    );
  }
  const train = await openPart(folder, 'train');
  const test = await openPart(folder, 'test');
  const warnings = [];
  for (const [which, { labels }] of Object.entries({ train, test })) {
    const { official } = PARTS[which as 'train' | 'test'];
    if (labels.length !== official) {
      warnings.push(`${which}: ${count(labels.length)} of ${count(official)} images are present`);
    }
  }
  return labelledDataset({
    name,
    classes: name === 'mnist' ? DIGITS : GARMENTS,
    colour: 'grey',
    fingerprint: digestOfLines([...train.digests, ...test.digests]),
    warnings,
    train,
    test,
    async close() {},
  });
}

async function openPart(
  folder: string,
  which: 'train' | 'test',
): Promise<LabelledPart & { digests: string[] }> {
  const { prefix } = PARTS[which];
  const images = await openIdx(folder, `${prefix}-images-idx3-ubyte`, 3);
  const labels = await openIdx(folder, `${prefix}-labels-idx1-ubyte`, 1);
  if (!images || !labels) {
    const alone = images ?? labels;
    if (alone)
      throw new DatasetError(`${alone.file} lies there without its ${images ? 'labels' : 'images'} file`);
    return {
      labels: [],
      digests: [],
      read: () => Promise.reject(new DatasetError(`the ${which} part is absent`)),
    };
  }
  const [pictures, height, width] = images.shape;
  if (pictures !== labels.shape[0]) {
    throw new DatasetError(
      `${images.file} has ${pictures} images, but ${labels.file} has ${labels.shape[0]} labels`,
    );
  }
  if (height * width === 0)
    throw new DatasetError(`${images.file} promises pictures of ${width} x ${height} pixels; fetch it again`);
  const classes = labels.body();
  const wrong = classes.findIndex((label) => label > 9);
  if (wrong >= 0)
    throw new DatasetError(`${labels.file}: label ${wrong} is ${classes[wrong]}, expected 0 to 9`);
  let pixels: Uint8Array | undefined;
  return {
    labels: classes,
    digests: [images.digest, labels.digest],
    async read(index) {
      pixels ??= images.body();
      const size = height * width;
      return {
        width,
        height,
        channels: 1,
        data: new Uint8Array(pixels.subarray(index * size, (index + 1) * size)),
      };
    },
  };
}
