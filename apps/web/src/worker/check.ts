import { calibrateMap } from '@fsad/calibration';
import { DivergedError } from '@fsad/detector';
import type { Checked, Given } from '../messages.ts';
import { heatOf } from '../pictures/draw.ts';
import { fitting, type Opened } from './learn.ts';
import { decode } from './pictures.ts';

/**
 * Looks at one picture.
 * @throws BadImageError for one that cannot be used; DivergedError for a score that is not finite.
 */
export async function check(model: Opened, { id, name, file }: Given): Promise<Checked> {
  const { image, thumbnail } = await decode(file, name);
  const { scores, maps } = await model.detector.inspect!([fitting(model, image, name)]);
  const [{ value: raw }] = scores;
  if (!Number.isFinite(raw)) throw new DivergedError(`${name}: its score is ${raw}; learn again`);
  const { calibration } = model;
  const map = calibration?.map ? calibrateMap(calibration, maps[0]) : null;
  return { id, raw, thumbnail, heat: map && (await heatOf(map, image)) };
}
