import type { DownloadableName } from '../dataset.ts';

export interface Checksum {
  readonly algorithm: 'md5' | 'sha256';
  readonly value: string;
}

/** A file to download. */
export interface RemoteFile {
  readonly name: string;
  /** Size in bytes; null where none is published. */
  readonly bytes: number | null;
  /** As published; null where none is. */
  readonly checksum: Checksum | null;
  /** The official address first, then mirrors. */
  readonly addresses: readonly string[];
}

/** Where a dataset comes from and under which terms. */
export interface DatasetSource {
  readonly title: string;
  readonly licence: string;
  /** Whether the licence forbids commercial use, or says nothing about it. */
  readonly commercialUse: 'allowed' | 'forbidden' | 'unclear';
  readonly reference: string;
  /** The page to download from by hand. */
  readonly page: string;
  readonly files: readonly RemoteFile[];
  /** Archives are unpacked; other files are kept as they are. */
  readonly unpack: boolean;
  /** More than this many bytes or files out of one archive cannot be the dataset. */
  readonly most: { readonly bytes: number; readonly files: number };
  /** What to say beside the size, where it is not published. */
  readonly about: string;
}

const md5 = (value: string): Checksum => ({ algorithm: 'md5', value });
const MEGA = 1e6;
const GIGA = 1e9;

function idxFiles(
  mirrors: readonly string[],
  files: readonly [name: string, bytes: number, md5: string][],
): RemoteFile[] {
  return files.map(([name, bytes, sum]) => {
    return {
      name: `${name}.gz`,
      bytes,
      checksum: md5(sum),
      addresses: mirrors.map((mirror) => `${mirror}${name}.gz`),
    };
  });
}

/** Official addresses, sizes, checksums and terms. */
export const SOURCES: Readonly<Record<DownloadableName, DatasetSource>> = {
  mnist: {
    title: 'MNIST handwritten digits, 60,000 + 10,000 grey pictures of 28 x 28',
    licence: 'CC BY-SA 3.0, as usually stated',
    commercialUse: 'allowed',
    reference:
      'LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, 1998',
    page: 'https://yann.lecun.com/exdb/mnist/',
    files: idxFiles(
      [
        'https://ossci-datasets.s3.amazonaws.com/mnist/',
        'https://storage.googleapis.com/cvdf-datasets/mnist/',
      ],
      [
        ['train-images-idx3-ubyte', 9_912_422, 'f68b3c2dcbeaaa9fbdd348bbdeb94873'],
        ['train-labels-idx1-ubyte', 28_881, 'd53e105ee54ea40749a09fcbcd1e9432'],
        ['t10k-images-idx3-ubyte', 1_648_877, '9fb629c4189551a2d022fa330f9573f3'],
        ['t10k-labels-idx1-ubyte', 4_542, 'ec29112dd5afa0611ce80d1b7f02629c'],
      ],
    ),
    unpack: false,
    most: { bytes: 100 * MEGA, files: 4 },
    about: '',
  },
  'fashion-mnist': {
    title: 'FashionMNIST, 60,000 + 10,000 grey pictures of 28 x 28',
    licence: 'MIT',
    commercialUse: 'allowed',
    reference: 'Xiao, Rasul, Vollgraf: Fashion-MNIST, arXiv 1708.07747, 2017',
    page: 'https://github.com/zalandoresearch/fashion-mnist',
    files: idxFiles(
      ['http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/'],
      [
        ['train-images-idx3-ubyte', 26_421_880, '8d4fb7e6c68d591d4c3dfef9ec88bf0d'],
        ['train-labels-idx1-ubyte', 29_515, '25c81989df183df01b3e8a0aad5dffbe'],
        ['t10k-images-idx3-ubyte', 4_422_102, 'bef4ecab320f06d8554ea6380940ec79'],
        ['t10k-labels-idx1-ubyte', 5_148, 'bb300cfdad3c16e7a12a480ee83cd310'],
      ],
    ),
    unpack: false,
    most: { bytes: 100 * MEGA, files: 4 },
    about: '',
  },
  cifar10: {
    title: 'CIFAR-10, binary version, 50,000 + 10,000 colour pictures of 32 x 32',
    licence: 'none stated; its author asks to be cited',
    commercialUse: 'unclear',
    reference: 'Krizhevsky: Learning multiple layers of features from tiny images, 2009',
    page: 'https://www.cs.toronto.edu/~kriz/cifar.html',
    files: [
      {
        name: 'cifar-10-binary.tar.gz',
        bytes: 170_052_171,
        checksum: md5('c32a1d4ab5d03f1284b67883e8d87530'),
        addresses: ['https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'],
      },
    ],
    unpack: true,
    most: { bytes: 250 * MEGA, files: 20 },
    about: '',
  },
  mvtec: {
    title: 'MVTec AD, 5,354 pictures of 15 categories with defect masks',
    licence: 'CC BY-NC-SA 4.0, MVTec Software GmbH',
    commercialUse: 'forbidden',
    reference: 'Bergmann, Fauser, Sattlegger, Steger: MVTec AD, CVPR 2019',
    page: 'https://www.mvtec.com/company/research/datasets/mvtec-ad',
    files: [
      {
        name: 'mvtec_anomaly_detection.tar.xz',
        bytes: null,
        checksum: {
          algorithm: 'sha256',
          value: 'cf4313b13603bec67abb49ca959488f7eedce2a9f7795ec54446c649ac98cd3d',
        },
        addresses: [
          'https://www.mydrive.ch/shares/150996/b52ecdcbf521176e9db9c731f2304b27/download/420938113-1629960298/mvtec_anomaly_detection.tar.xz',
          'https://www.mydrive.ch/shares/38536/3830184030e49fe74747669442f0f282/download/420938113-1629952094/mvtec_anomaly_detection.tar.xz',
        ],
      },
    ],
    unpack: true,
    most: { bytes: 12 * GIGA, files: 20_000 },
    about: 'about 4.9 GB',
  },
  paris: {
    title: 'Paris Buildings, 6,412 photographs of 11 landmarks (20 of them damaged)',
    licence: 'photographs from Flickr under its terms, offered by VGG for research',
    commercialUse: 'forbidden',
    reference: 'Philbin, Chum, Isard, Sivic, Zisserman: Lost in quantization, CVPR 2008',
    page: 'https://www.robots.ox.ac.uk/~vgg/data/parisbuildings/',
    files: ['paris_120310.tgz', 'paris_1.tgz', 'paris_2.tgz'].map((name) => ({
      name,
      bytes: null,
      checksum: null,
      addresses: [`https://www.robots.ox.ac.uk/~vgg/data/parisbuildings/${name}`],
    })),
    unpack: true,
    most: { bytes: 12 * GIGA, files: 20_000 },
    about: 'a few GB, no size published',
  },
};
