import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '@fsad/tensors';
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

interface Manifest {
  format: string;
  method: string;
  numericVersion: number;
  config: unknown;
  state: Record<string, unknown>;
  files: Record<string, string>;
}

/**
 * Writes `files` into `directory` so that a crash or a full disk leaves either what was there before or all of it:
 * everything is written and flushed beside the folder first, then renamed into place. Other files in the folder stay.
 * Over an earlier folder the renames go one by one, in the order of `files`: put the file that vouches for the others last.
 * @throws the file system's error; nothing in `directory` has changed then.
 */
export async function writeFolderAtomically(
  directory: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const target = resolve(directory);
  const parent = dirname(target);
  const staging = join(parent, `.${basename(target)}.${process.pid}.tmp`);
  await mkdir(parent, { recursive: true });
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging);
  try {
    for (const [name, content] of files) await writeAndFlush(join(staging, name), content);
    await flushFolder(staging);
    if (!(await renamedWhole(staging, target))) {
      for (const name of files.keys()) await rename(join(staging, name), join(target, name));
      await flushFolder(target);
    }
    await flushFolder(parent);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Saves a model as `config.json` and `weights.safetensors`, the first holding the checksum of the second. */
export async function saveModel<Config>(
  directory: string,
  method: DetectorMethod<Config>,
  model: SavedModel<Config>,
): Promise<void> {
  const weights = encodeSafetensors(model.tensors);
  const manifest: Manifest = {
    format,
    method: method.name,
    numericVersion: method.numericVersion,
    config: model.config,
    state: { ...model.state },
    files: { [weightsName]: sha256(weights) },
  };
  await writeFolderAtomically(
    directory,
    new Map([
      [weightsName, weights],
      [manifestName, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)],
    ]),
  );
}

/**
 * Opens what `saveModel` wrote.
 * @throws Error naming a missing, truncated, altered or foreign file and what to do.
 */
export async function loadModel<Config>(
  directory: string,
  method: DetectorMethod<Config>,
): Promise<SavedModel<Config>> {
  const manifestPath = join(directory, manifestName);
  const manifest = parseManifest(await readPart(manifestPath), manifestPath);
  if (manifest.method !== method.name) {
    throw new Error(`${manifestPath}: a ${manifest.method} model, not a ${method.name} one`);
  }
  if (manifest.numericVersion !== method.numericVersion) {
    throw new Error(
      `${manifestPath}: saved by version ${manifest.numericVersion} of ${method.name}, ` +
        `this is version ${method.numericVersion}; fit it again`,
    );
  }
  const weightsPath = join(directory, weightsName);
  const weights = await readPart(weightsPath);
  if (sha256(weights) !== manifest.files[weightsName]) {
    throw new Error(
      `${weightsPath}: damaged or from another model (${weights.length} bytes, ` +
        `checksum differs from the one in ${manifestName}); restore it or fit again`,
    );
  }
  return {
    config: method.parseConfig(manifest.config),
    state: manifest.state,
    tensors: decodeSafetensors(weights, weightsPath).tensors,
  };
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

async function readPart(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`${path}: missing; this is not a saved model, or part of it was removed`, {
      cause: error,
    });
  }
}

function parseManifest(content: Buffer, path: string): Manifest {
  let parsed: Partial<Manifest> | null;
  try {
    parsed = JSON.parse(content.toString('utf8')) as Partial<Manifest> | null;
  } catch (error) {
    throw new Error(`${path}: not valid JSON, truncated or edited by hand`, { cause: error });
  }
  if (parsed?.format !== format || !parsed.method || !parsed.state || !parsed.files) {
    throw new Error(`${path}: not the description of a saved model (format ${format})`);
  }
  return parsed as Manifest;
}

async function writeAndFlush(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Renames the whole staging folder where the target is absent or empty; says whether it could. */
async function renamedWhole(staging: string, target: string): Promise<boolean> {
  try {
    await rename(staging, target);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
