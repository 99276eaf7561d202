import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseConfig } from '@fsad/detector';
import { writeFolderAtomically } from '@fsad/files';
import { configSchema, currentConfig } from './config.ts';
import type { HtdgModel, ModelOrigin, ScaleCheckpoint, TrainedScale, TrainingStore } from './model.ts';
import { NAME, NUMERIC_VERSION } from './name.ts';
import { decodeCheckpoint, decodeScale, encodeCheckpoint, encodeScale, fingerprintOf } from './scale-file.ts';
import { planScales, type ScalePlan } from './scales.ts';

const FORMAT = 'fsad-htdg-v1';
const CHECKPOINT = 'checkpoint.safetensors';
const scaleName = (n: number): string => `scale-${n}.safetensors`;

type Header = Pick<HtdgModel, 'config' | 'origin'>;

/** Writes `config.json`, which says what a model folder holds or, during training, will hold. */
export async function writeHeader(directory: string, { config, origin }: Header): Promise<void> {
  const header = { format: FORMAT, method: NAME, numericVersion: NUMERIC_VERSION, config, origin };
  await write(directory, 'config.json', Buffer.from(`${JSON.stringify(header, null, 2)}\n`));
}

/** Writes a whole model: `config.json`, and one safetensors file a scale. */
export async function writeModel(directory: string, model: HtdgModel): Promise<void> {
  for (const [n, scale] of model.scales.entries()) {
    await write(directory, scaleName(n), encodeScale(n, scale, model.origin.fingerprint));
  }
  await writeHeader(directory, model);
  await rm(join(directory, CHECKPOINT), { force: true });
}

/**
 * Opens a model folder.
 * @throws Error naming a missing, truncated, altered or foreign file and what to do.
 */
export async function readModel(directory: string): Promise<HtdgModel> {
  const { config, origin } = await readHeader(directory);
  const plans = planScales(config, origin.colour);
  const scales: TrainedScale[] = [];
  for (const [n, plan] of plans.entries()) {
    const path = join(directory, scaleName(n));
    const content = await readIfThere(path);
    if (!content) {
      throw new Error(
        `${path}: missing; of ${plans.length} scales ${n} are finished. Continue the training with --resume, or restore the file`,
      );
    }
    scales.push(decodeScale(content, path, n, plan));
  }
  return { config, origin, scales };
}

/** What the folder's `config.json` says. @throws Error naming what is wrong with it. */
export async function readHeader(directory: string): Promise<Header> {
  const path = join(directory, 'config.json');
  const content = await readIfThere(path);
  if (!content) throw new Error(`${path}: missing; ${directory} is not a model folder`);
  let header: Partial<Header> & { format?: string; method?: string; numericVersion?: number };
  try {
    header = JSON.parse(content.toString()) as typeof header;
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
  return { config: parseConfig(path, configSchema, currentConfig(header.config)), origin: header.origin };
}

/** A training's folder: finished scales and the checkpoint of the one in work. Files of another training are passed over. */
export function folderStore(
  directory: string,
  origin: ModelOrigin,
  plans: readonly ScalePlan[],
  beforeCheckpoint: () => void = () => undefined,
): TrainingStore {
  const { fingerprint } = origin;
  return {
    async finishedScale(n) {
      const path = join(directory, scaleName(n));
      const content = await readIfThere(path);
      if (!content || fingerprintOf(content, path) !== fingerprint) return null;
      return decodeScale(content, path, n, plans[n]);
    },
    async saveScale(n, scale) {
      beforeCheckpoint();
      await write(directory, scaleName(n), encodeScale(n, scale, fingerprint));
    },
    async checkpoint() {
      const path = join(directory, CHECKPOINT);
      const content = await readIfThere(path);
      if (!content) return null;
      const found = decodeCheckpoint(content, path);
      return found.fingerprint === fingerprint ? found.checkpoint : null;
    },
    async saveCheckpoint(checkpoint: ScaleCheckpoint) {
      beforeCheckpoint();
      await write(directory, CHECKPOINT, encodeCheckpoint(checkpoint, fingerprint));
    },
  };
}

async function write(directory: string, name: string, content: Uint8Array): Promise<void> {
  await writeFolderAtomically(directory, new Map([[name, content]]));
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
