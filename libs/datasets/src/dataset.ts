import type { Image } from '@fsad/images';
import { PART_SIDE } from './generated/part.ts';

/** Facts about a dataset that hold without opening it. */
interface DatasetFacts {
  /** Its folder below the directory of all datasets; null where only `--data` says where it lies, or it lies nowhere. */
  readonly home: string | null;
  /** Values its options may take, the default first. */
  readonly options: Readonly<Record<string, readonly string[]>>;
  /** Whether its pictures are files, which may be kept at one size. */
  readonly onDisk: boolean;
}

/** Every dataset by name; `open.ts` opens them. */
export const DATASETS = {
  mnist: { home: 'mnist', options: {}, onDisk: false },
  'fashion-mnist': { home: 'fashion-mnist', options: {}, onDisk: false },
  cifar10: { home: 'cifar-10-batches-bin', options: {}, onDisk: false },
  mvtec: { home: 'mvtec', options: {}, onDisk: true },
  paris: { home: 'paris', options: { normal: ['ok', 'landmark'] }, onDisk: true },
  folder: { home: null, options: { colour: ['auto', 'grey', 'rgb'] }, onDisk: true },
  generated: {
    home: null,
    options: { side: [String(PART_SIDE), '512', '1024', '2048', '4096'] },
    onDisk: false,
  },
} as const satisfies Readonly<Record<string, DatasetFacts>>;

export type DatasetName = keyof typeof DATASETS;
export const DATASET_NAMES = Object.keys(DATASETS) as DatasetName[];

/** What is known of a dataset without opening it. */
export const factsOf = (name: DatasetName): DatasetFacts => DATASETS[name];

/** Datasets that `fsad datasets fetch` brings into their own folder. */
export type DownloadableName = {
  [Name in DatasetName]: (typeof DATASETS)[Name]['home'] extends string ? Name : never;
}[DatasetName];
export const DOWNLOADABLE_NAMES = DATASET_NAMES.filter(
  (name): name is DownloadableName => DATASETS[name].home !== null,
);

/** One test image of a class: its label, and for defects what kind it is and whether a mask says where. */
export interface TestItem {
  readonly id: string;
  /** True for an image that is not of the normal class, or is defective. */
  readonly anomalous: boolean;
  /** Class name, defect type, or `good`. */
  readonly kind: string;
  readonly hasMask: boolean;
}

/** Where a picture is defective: 255 there, 0 elsewhere, in the size of the mask's own file. */
export interface Mask extends Image {
  /** What is odd about it, in words to follow its picture's name, e.g. `marks nothing`; whoever uses it tells this and counts it. */
  readonly doubt?: string;
  /** Present when it marks nothing, or its shape is not its picture's: it says nothing about it and must be left out. */
  readonly unusable?: boolean;
}

/** What there is to tell apart: other classes, or local defects of one object. */
export type Task = 'one-class' | 'defects';

/** An opened dataset: an index in memory, pictures decoded when asked for. Ids are stable and readable (`train/00042`, `grid/test/bent/003.png`). */
export interface Dataset {
  readonly name: DatasetName;
  readonly classes: readonly string[];
  /** `grey` datasets use the 42 transformations without colour, `rgb` the 54; every picture comes with 1 or 3 channels accordingly. */
  readonly colour: 'grey' | 'rgb';
  /** Why it has that colour, where it might have another. */
  readonly colourWhy?: string;
  /** Options that change what is normal or how pictures come, resolved, e.g. `normal: ok` of Paris; part of every split. */
  readonly options: Readonly<Record<string, string>>;
  /** Digest of all that is present: names and contents. Reading it may take as long as reading the files once. */
  readonly fingerprint: string;
  /** Changes when any file does, also at equal size, without reading one. Names caches, never part of a result. */
  readonly stamp: string;
  /** What is missing or damaged, in words for the user; empty for a whole copy. */
  readonly warnings: readonly string[];
  /** Whether the anomalies seen from `className` are local defects of one object (MVTec) or other classes. @throws Error for an unknown class. */
  taskOf(className: string): Task;
  /** The fingerprint of what can be a training or test image of `className`; part of a trial's key. @throws Error for an unknown class. */
  fingerprintOf(className: string): string;
  /** Every image there is, each once, in file order. */
  ids(): readonly string[];
  /**
   * Ids of the class's training images, in file order: those that may be drawn (reserved validation images left out),
   * or all of the official list that are present. @throws Error for an unknown class, naming those there are.
   */
  trainIds(className: string, which?: 'drawable' | 'official'): readonly string[];
  /** Test items seen from `className` as the normal class. @throws Error for an unknown class, or a validation subset that does not exist. */
  testItems(className: string, subset: 'test' | 'validation'): readonly TestItem[];
  /** @throws BadImageError naming a file that cannot be decoded. */
  image(id: string): Promise<Image>;
  /** Where files decide what counts as good, as a defect, and what was passed over: said by commands that read `className`. */
  notesOf?(className: string): readonly string[];
  /** The size of the picture's file as it is shown, whatever size `image` gives; where files have sizes of their own. */
  shapeOf?(id: string): Promise<{ readonly width: number; readonly height: number }>;
  /** SHA-256 of the picture's file, where it has one of its own: equal for copies under other names. */
  contentOf?(id: string): string;
  /** The defect mask; null where there is none. @throws BadImageError naming a file that cannot be decoded. */
  mask(id: string): Promise<Mask | null>;
  close(): Promise<void>;
}

/** The images of one trial; every method gets the same. */
export interface Split {
  /** SHA-256 over everything below. */
  readonly id: string;
  readonly dataset: DatasetName;
  readonly options: Readonly<Record<string, string>>;
  readonly class: string;
  readonly shots: number;
  readonly trial: number;
  readonly rule: 'hash' | 'consecutive' | 'indices' | 'folder';
  /** Ids of the k training images with the SHA-256 of their decoded pixels. */
  readonly train: readonly { readonly id: string; readonly sha256: string }[];
}
