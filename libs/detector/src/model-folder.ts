import {
  InvalidFileError,
  joinPath,
  readIfThere,
  readJson,
  writeFolderAtomically,
  sha256Hex,
} from '@fsad/files';
import { decodeSafetensors, encodeSafetensors, requireFinite, type Tensor } from '@fsad/tensors';
import { z } from 'zod';
import type { DetectorMethod } from './detector.ts';

const format = 'fsad-model-v1';
const manifestName = 'config.json';
const weightsName = 'weights.safetensors';

/** What a detector needs to come back: its configuration, small values, and tensors. */
export interface SavedModel<Config> {
  readonly config: Config;
  /** JSON values that are not tensors, such as the channel count. */
  readonly state: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

const manifestSchema = z.object({
  format: z.literal(format),
  method: z.string().min(1),
  numericVersion: z.number(),
  config: z.unknown(),
  state: z.record(z.string(), z.unknown()),
  files: z.record(z.string(), z.string()),
  /** Of everything above; models of before have none. */
  checksum: z.string().optional(),
});

const methodSchema = z.object({ method: z.string().min(1) });

const words = {
  absent: 'missing; this is not a saved model, or part of it was removed',
  advice: 'name a folder that "fsad train" wrote, or fit again',
};

/** Saves a model as `config.json` and `weights.safetensors`, the first holding the checksum of the second and of itself. */
export async function saveModel<Config>(
  directory: string,
  method: DetectorMethod<Config>,
  model: SavedModel<Config>,
): Promise<void> {
  const weights = encodeSafetensors(model.tensors);
  const manifest: z.infer<typeof manifestSchema> = signed({
    format,
    method: method.name,
    numericVersion: method.numericVersion,
    config: model.config,
    state: { ...model.state },
    files: { [weightsName]: sha256Hex(weights) },
  });
  await writeFolderAtomically(
    directory,
    new Map([
      [weightsName, weights],
      [manifestName, new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`)],
    ]),
  );
}

/**
 * Opens what `saveModel` wrote.
 * @throws InvalidFileError naming a missing, truncated, altered or foreign file and what to do.
 */
export async function loadModel<Config>(
  directory: string,
  method: DetectorMethod<Config>,
): Promise<SavedModel<Config>> {
  const manifestPath = joinPath(directory, manifestName);
  const manifest = await readJson(manifestPath, manifestSchema, words);
  if (manifest.checksum !== undefined && signed(manifest).checksum !== manifest.checksum) {
    throw new InvalidFileError(
      manifestPath,
      'was edited after it was saved, so that its weights may not fit it',
      'restore it or fit again',
    );
  }
  if (manifest.method !== method.name) {
    throw new InvalidFileError(manifestPath, `a ${manifest.method} model, not a ${method.name} one`);
  }
  if (manifest.numericVersion !== method.numericVersion) {
    throw new InvalidFileError(
      manifestPath,
      `saved by version ${manifest.numericVersion} of ${method.name}, this is version ${method.numericVersion}`,
      'fit it again',
    );
  }
  const weightsPath = joinPath(directory, weightsName);
  const weights = await readPart(weightsPath);
  if (sha256Hex(weights) !== manifest.files[weightsName]) {
    throw new InvalidFileError(
      weightsPath,
      `damaged or from another model (${weights.length} bytes, checksum differs from the one in ${manifestName})`,
      'restore it or fit again',
    );
  }
  const { tensors } = decodeSafetensors(weights, weightsPath);
  requireFinite(tensors, weightsPath);
  return { config: method.parseConfig(manifest.config), state: manifest.state, tensors };
}

/** A manifest with the checksum of the rest of it, in the order in which it is written. */
function signed(manifest: z.infer<typeof manifestSchema>): z.infer<typeof manifestSchema> {
  const { format, method, numericVersion, config, state, files } = manifest;
  const content = { format, method, numericVersion, config, state, files };
  return { ...content, checksum: sha256Hex(JSON.stringify(content)) };
}

/** The name of the method that saved a model; every method writes it as `method` into its `config.json`. @throws Error when there is no model. */
export async function readMethodName(directory: string): Promise<string> {
  const { method } = await readJson(joinPath(directory, manifestName), methodSchema, words);
  return method;
}

/** The tensor `name` of a loaded model. @throws Error when it is absent or of another shape. */
export function requireTensor(
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
  shape?: readonly number[],
): Tensor {
  const found = tensors.get(name);
  if (!found) throw new Error(`tensor ${name} is missing from the saved model`);
  if (shape && shape.join() !== found.shape.join()) {
    throw new Error(`tensor ${name} has shape [${found.shape.join(', ')}], expected [${shape.join(', ')}]`);
  }
  return found;
}

async function readPart(path: string): Promise<Uint8Array> {
  const content = await readIfThere(path);
  if (content) return content;
  throw new InvalidFileError(path, words.absent, words.advice);
}
