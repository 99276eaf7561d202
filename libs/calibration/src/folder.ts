import {
  canonicalJson,
  InvalidFileError,
  joinPath,
  readIfThere,
  readJson,
  replaceFile,
  sha256Hex,
} from '@fsad/files';
import { calibrationSchema, type Calibration, type StoredCalibration } from './calibration.ts';

const NAME = 'calibration.json';

/** Writes the calibration of the model in a folder into it; one that lay there is replaced. */
export async function writeCalibration(folder: string, made: Calibration): Promise<StoredCalibration> {
  const calibration = sealed({ ...made, model: await modelDigest(folder) });
  await replaceFile(joinPath(folder, NAME), `${JSON.stringify(calibration, null, 1)}\n`);
  return calibration;
}

/**
 * The calibration of the model in a folder; null where none lies there.
 * @throws InvalidFileError naming a file that is damaged or belongs to another model.
 */
export async function readCalibration(folder: string): Promise<StoredCalibration | null> {
  const file = joinPath(folder, NAME);
  if (!(await readIfThere(file))) return null;
  const advice = `remove it and run \`fsad calibrate ${folder} --good DIR\`, or train again`;
  const calibration = await readJson(file, calibrationSchema, { advice });
  if (calibration.checksum !== undefined && calibration.checksum !== sealed(calibration).checksum) {
    throw new InvalidFileError(
      file,
      'was edited after it was written, which would move the threshold unsaid',
      advice,
    );
  }
  if (calibration.model !== (await modelDigest(folder))) {
    throw new InvalidFileError(file, 'made for another model than the one that lies beside it', advice);
  }
  return calibration;
}

/** A calibration with the checksum of all else it says. */
function sealed({ ...calibration }: StoredCalibration): StoredCalibration {
  delete calibration.checksum;
  return { ...calibration, checksum: sha256Hex(canonicalJson(calibration)) };
}

/** Digest of the file that vouches for everything else in a model folder. */
async function modelDigest(folder: string): Promise<string> {
  const file = joinPath(folder, 'config.json');
  const content = await readIfThere(file);
  if (!content) throw new InvalidFileError(file, 'missing', 'a calibration lies beside a model');
  return sha256Hex(content);
}
