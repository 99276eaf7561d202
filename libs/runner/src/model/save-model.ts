import { writeCalibration } from '@fsad/calibration/folder';
import type { OpenedModel } from './open-model.ts';
import { writeTiles } from './tiles-file.ts';

/** Writes a model into a folder, from which `openModel` opens it again. */
export async function saveModel(
  folder: string,
  { detector, tiles, calibration }: Pick<OpenedModel, 'detector' | 'tiles' | 'calibration'>,
): Promise<void> {
  // Before the model, which is finished with its own file; what it says of a calibration is checked against that.
  await writeTiles(folder, tiles);
  await detector.save(folder);
  if (calibration) await writeCalibration(folder, calibration);
}
