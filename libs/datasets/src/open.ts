import { didYouMean } from '@fsad/files';
import { atResolution } from './at-resolution.ts';
import { openCifar10 } from './cifar10.ts';
import { decodedDirectory } from './data-path.ts';
import { DATASET_NAMES, factsOf, type Dataset, type DatasetName } from './dataset.ts';
import { DatasetError } from './errors.ts';
import { openFolder } from './folder.ts';
import { openGenerated } from './generated/dataset.ts';
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

/** How each dataset is opened, from its folder and its options, which were checked. */
const openers: Readonly<
  Record<DatasetName, (path: string, options: Readonly<Record<string, string>>) => Promise<Dataset> | Dataset>
> = {
  mnist: (path) => openMnist('mnist', path),
  'fashion-mnist': (path) => openMnist('fashion-mnist', path),
  cifar10: (path) => openCifar10(path),
  mvtec: (path) => openMvtec(path),
  paris: (path, { normal }) => openParis(path, normal as 'ok' | 'landmark' | undefined),
  folder: (path, { colour }) => openFolder(path, colour as 'auto' | 'grey' | 'rgb' | undefined),
  generated: (_, { side }) => openGenerated(side === undefined ? undefined : Number(side)),
};

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
  if (!factsOf(name).onDisk) {
    const have = DATASET_NAMES.filter((one) => factsOf(one).onDisk).join(', ');
    throw new DatasetError(`${name} has no option "resolution"; ${have} have`);
  }
  const stored = await openAsStored(name, request.path, options);
  return atResolution(stored, Number(resolution), request.cacheDir ?? decodedDirectory());
}

async function openAsStored(
  name: DatasetName,
  path: string | undefined,
  options: Readonly<Record<string, string>>,
): Promise<Dataset> {
  if (path === undefined && name !== 'generated')
    throw new DatasetError(`${name} needs the folder it lies in`);
  return openers[name](path ?? '', options);
}

function checkOptions(name: DatasetName, options: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(options)) {
    const values = factsOf(name).options[key];
    if (!values) {
      const known = Object.keys(factsOf(name).options);
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
