import { didYouMean } from '@fsad/files';
import { atResolution } from './at-resolution.ts';
import { openCifar10 } from './cifar10.ts';
import { decodedDirectory } from './data-path.ts';
import type { Dataset, DatasetName } from './dataset.ts';
import { DatasetError } from './errors.ts';
import { openFolder } from './folder.ts';
import { openGenerated, PART_SIDES } from './generated/dataset.ts';
import { openMnist } from './mnist.ts';
import { openMvtec } from './mvtec.ts';
import { openParis } from './paris.ts';

export interface OpenRequest {
  /** The dataset's own folder; `generated` needs none. */
  readonly path?: string;
  /**
   * Dataset options by name; an unknown name or value is refused. Datasets of pictures on disk also take `resolution`,
   * a side in pixels: see `atResolution`.
   */
  readonly options?: Readonly<Record<string, string>>;
  /** Where decoded pictures are kept for the option `resolution`; default: `.decoded` in the data directory. */
  readonly cacheDir?: string;
}

/** Values a dataset's options may take, the default first. */
export const DATASET_OPTIONS: Readonly<Record<DatasetName, Readonly<Record<string, readonly string[]>>>> = {
  mnist: {},
  'fashion-mnist': {},
  cifar10: {},
  mvtec: {},
  paris: { normal: ['ok', 'landmark'] },
  folder: { colour: ['auto', 'grey', 'rgb'] },
  generated: { side: PART_SIDES.map(String) },
};

export const DATASET_NAMES = Object.keys(DATASET_OPTIONS) as DatasetName[];

/** The datasets whose pictures are files, and may be kept at one size. */
const ON_DISK: readonly DatasetName[] = ['mvtec', 'paris', 'folder'];

/**
 * Opens a dataset: reads its index, decodes nothing yet.
 * @throws DatasetError for an unknown name or option, a missing folder, and files that are not the dataset.
 */
export async function openDataset(name: DatasetName, request: OpenRequest = {}): Promise<Dataset> {
  if (!DATASET_NAMES.includes(name)) {
    throw new DatasetError(
      `there is no dataset "${name}"; there are ${DATASET_NAMES.join(', ')}${didYouMean(name, DATASET_NAMES)}`,
    );
  }
  const { resolution, ...options } = request.options ?? {};
  checkOptions(name, options);
  if (resolution === undefined) return openAsStored(name, request.path, options);
  if (!ON_DISK.includes(name))
    throw new DatasetError(`${name} has no option "resolution"; ${ON_DISK.join(', ')} have`);
  const stored = await openAsStored(name, request.path, options);
  return atResolution(stored, Number(resolution), request.cacheDir ?? decodedDirectory());
}

async function openAsStored(
  name: DatasetName,
  path: string | undefined,
  options: Readonly<Record<string, string>>,
): Promise<Dataset> {
  if (name === 'generated')
    return openGenerated(options.side === undefined ? undefined : Number(options.side));
  if (path === undefined) throw new DatasetError(`${name} needs the folder it lies in`);
  switch (name) {
    case 'mnist':
    case 'fashion-mnist':
      return openMnist(name, path);
    case 'cifar10':
      return openCifar10(path);
    case 'mvtec':
      return openMvtec(path);
    case 'paris':
      return openParis(path, options.normal as 'ok' | 'landmark' | undefined);
    case 'folder':
      return openFolder(path, options.colour as 'auto' | 'grey' | 'rgb' | undefined);
  }
}

function checkOptions(name: DatasetName, options: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(options)) {
    const values = DATASET_OPTIONS[name][key];
    if (!values) {
      const known = Object.keys(DATASET_OPTIONS[name]);
      throw new DatasetError(
        `${name} has no option "${key}"; ${known.length > 0 ? `it has ${known.join(', ')}${didYouMean(key, known)}` : 'it has none'}`,
      );
    }
    if (!values.includes(value))
      throw new DatasetError(
        `${name} option ${key}=${value}: expected ${values.join(' or ')}${didYouMean(value, values)}`,
      );
  }
}
