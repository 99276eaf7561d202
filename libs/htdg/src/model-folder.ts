import { utf8ToBytes } from '@noble/hashes/utils.js';
import { parseConfig } from '@fsad/detector';
import {
  canonicalJson,
  joinPath,
  readIfThere,
  removeFile,
  sha256Hex,
  writeFolderAtomically,
} from '@fsad/files';
import { configSchema, currentConfig } from './config.ts';
import type { HtdgModel, ScaleCheckpoint, TrainedScale, TrainingStore } from './model.ts';
import { NAME, NUMERIC_VERSION } from './name.ts';
import {
  decodeCheckpoint,
  decodeScale,
  encodeCheckpoint,
  encodeScale,
  ownerOf,
  type ScaleOwner,
} from './scale-file.ts';
import { planScales, type ScalePlan } from './scales.ts';

const FORMAT = 'fsad-htdg-v1';
const CHECKPOINT = 'checkpoint.safetensors';
const scaleName = (n: number): string => `scale-${n}.safetensors`;

type Header = Pick<HtdgModel, 'config' | 'origin'>;

interface StoreHooks {
  readonly beforeCheckpoint?: () => void;
  /** Gets a sentence for the person. */
  readonly onDamaged?: (text: string) => void;
}

/** Writes `config.json`, which says what a model folder holds or, during training, will hold. */
export async function writeHeader(directory: string, { config, origin }: Header): Promise<void> {
  const header = { format: FORMAT, method: NAME, numericVersion: NUMERIC_VERSION, config, origin };
  await write(directory, 'config.json', utf8ToBytes(`${JSON.stringify(header, null, 2)}\n`));
}

/** What a training's scales say of it. */
function ownedBy({ config, origin }: Header): ScaleOwner {
  return { fingerprint: origin.fingerprint, config: digestOf(config) };
}

/** SHA-256 of a configuration, whatever the order of its keys. */
function digestOf(config: unknown): string {
  return sha256Hex(canonicalJson(config));
}

/** Writes a whole model: `config.json`, and one safetensors file a scale. */
export async function writeModel(directory: string, model: HtdgModel): Promise<void> {
  for (const [n, scale] of model.scales.entries()) {
    await write(directory, scaleName(n), encodeScale(n, scale, ownedBy(model)));
  }
  await writeHeader(directory, model);
  await removeFile(joinPath(directory, CHECKPOINT));
}

/**
 * Opens a model folder.
 * @throws Error naming a missing, truncated, altered or foreign file and what to do.
 */
export async function readModel(directory: string): Promise<HtdgModel> {
  const { config, origin, stored } = await readHeaderFile(directory);
  const plans = planScales(config, origin.colour);
  const scales: TrainedScale[] = [];
  for (const [n, plan] of plans.entries()) {
    const path = joinPath(directory, scaleName(n));
    const content = await readIfThere(path);
    if (!content) {
      throw new Error(
        `${path}: missing; of ${plans.length} scales ${n} are finished. Continue the training with --resume, or restore the file`,
      );
    }
    const owner = ownerOf(content, path);
    if (owner.fingerprint !== origin.fingerprint) {
      throw new Error(
        `${path}: belongs to another training than ${joinPath(directory, 'config.json')}; put back the files of one training, or train again`,
      );
    }
    if (owner.config !== undefined && owner.config !== digestOf(stored)) {
      throw new Error(
        `${joinPath(directory, 'config.json')}: its configuration is not the one that ${path} was trained with; put it back, or train again`,
      );
    }
    scales.push(decodeScale(content, path, n, plan));
  }
  return { config, origin, scales };
}

/**
 * What a training's folder holds so far: a model of its finished scales alone; null before there is one.
 * @throws Error naming a file that is damaged.
 */
export async function readFinished(directory: string): Promise<HtdgModel | null> {
  const { config, origin } = await readHeaderFile(directory);
  const scales: TrainedScale[] = [];
  for (const [n, plan] of planScales(config, origin.colour).entries()) {
    const path = joinPath(directory, scaleName(n));
    const content = await readIfThere(path);
    if (!content || ownerOf(content, path).fingerprint !== origin.fingerprint) break;
    scales.push(decodeScale(content, path, n, plan));
  }
  if (scales.length === 0) return null;
  const sizes = config.pyramid.sizes.slice(0, scales.length);
  return { config: { ...config, pyramid: { ...config.pyramid, sizes } }, origin, scales };
}

/** What the folder's `config.json` says, and the configuration as it stands there. @throws Error naming what is wrong with it. */
async function readHeaderFile(directory: string): Promise<Header & { readonly stored: unknown }> {
  const path = joinPath(directory, 'config.json');
  const content = await readIfThere(path);
  if (!content) throw new Error(`${path}: missing; ${directory} is not a model folder`);
  let header: Partial<Header> & { format?: string; method?: string; numericVersion?: number };
  try {
    header = JSON.parse(new TextDecoder().decode(content)) as typeof header;
  } catch {
    throw new Error(`${path}: not valid JSON, truncated or edited by hand`);
  }
  if (header.format !== FORMAT || !header.origin) {
    throw new Error(`${path}: not the description of an HTDG model (format ${FORMAT})`);
  }
  if (header.numericVersion !== NUMERIC_VERSION) {
    throw new Error(
      `${path}: saved by version ${header.numericVersion} of ${NAME}, this is version ${NUMERIC_VERSION}; train it again`,
    );
  }
  const config = parseConfig(path, configSchema, currentConfig(header.config));
  return { config, origin: header.origin, stored: header.config };
}

/**
 * A training's folder: finished scales and the checkpoint of the one in work. Files of another training are passed over, and so are damaged ones, which
 * `onDamaged` is told of: they cost what was learned since the file before them.
 */
export function folderStore(
  directory: string,
  header: Header,
  plans: readonly ScalePlan[],
  { beforeCheckpoint = () => undefined, onDamaged = () => undefined }: StoreHooks = {},
): TrainingStore {
  const { fingerprint } = header.origin;
  const readable = async <Value>(
    name: string,
    decode: (content: Uint8Array, path: string) => Value,
  ): Promise<Value | null> => {
    const path = joinPath(directory, name);
    const content = await readIfThere(path);
    if (!content) return null;
    try {
      return decode(content, path);
    } catch (error) {
      onDamaged(`${(error as Error).message}; going on from what was learned before it`);
      return null;
    }
  };
  return {
    finishedScale: (n) =>
      readable(scaleName(n), (content, path) =>
        ownerOf(content, path).fingerprint === fingerprint ? decodeScale(content, path, n, plans[n]) : null,
      ),
    async saveScale(n, scale) {
      beforeCheckpoint();
      await write(directory, scaleName(n), encodeScale(n, scale, ownedBy(header)));
    },
    checkpoint: () =>
      readable(CHECKPOINT, (content, path) => {
        const found = decodeCheckpoint(content, path);
        return found.fingerprint === fingerprint ? found.checkpoint : null;
      }),
    async saveCheckpoint(checkpoint: ScaleCheckpoint) {
      beforeCheckpoint();
      await write(directory, CHECKPOINT, encodeCheckpoint(checkpoint, fingerprint));
    },
  };
}

async function write(directory: string, name: string, content: Uint8Array): Promise<void> {
  await writeFolderAtomically(directory, new Map([[name, content]]));
}
