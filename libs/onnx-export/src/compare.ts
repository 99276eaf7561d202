import { calibrateMap, judge, type Calibration } from '@fsad/calibration';
import type { AnomalyMap } from '@fsad/detector';
import type { NamedPicture, OpenedModel } from '@fsad/runner';
import type { ExportedModel } from './export-model.ts';
import { RunningModel } from './run-model.ts';

/** How far scores of 0 to 1 may lie apart, and places of maps on average: what single precision loses, summed up in another order. */
export const TOLERANCE = 1e-4;

/** The largest differences between a model and its file over some pictures. */
export interface Comparison {
  readonly pictures: number;
  readonly score: number;
  /** The mean difference over the places of a map. */
  readonly map: number;
  /** The difference at the place where it is largest. */
  readonly place: number;
}

/**
 * Runs an exported model in onnxruntime-web on pictures of any size and compares what it says with what the model says. A map may differ by more at single places: where
 * the least probable patches alone count, rounding decides between two that are equal but for it, and at distance zero a square root magnifies what rounding left.
 * @throws Error naming the first picture on which they disagree, or when the runtime is missing; the signal's reason.
 */
export async function compareExported(
  { detector, calibration }: OpenedModel,
  exported: ExportedModel,
  pictures: readonly NamedPicture[],
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<Comparison> {
  if (!calibration) throw new Error('a model without a calibration has no scores of 0 to 1 to compare');
  if (pictures.length === 0) throw new Error('there is no picture to compare the exported model on');
  const running = await RunningModel.open(exported);
  const largest = { pictures: pictures.length, score: 0, map: 0, place: 0 };
  try {
    for (const [i, named] of pictures.entries()) {
      const { name } = named;
      signal?.throwIfAborted();
      const picture = await named.image();
      const inspection = await detector.inspect?.([picture], signal);
      const [raw] = inspection?.scores ?? (await detector.score([picture], signal));
      const { score, decision } = judge(calibration, raw.value);
      const found = await running.inspect(exported.input.prepare(picture));
      const maps = apart(mapOnScale(calibration, inspection?.maps[0]), found.map);
      const scores = Math.abs(found.score - score);
      const decided = found.defective ? 'defective' : 'good';
      if (!(scores <= TOLERANCE && maps.mean <= TOLERANCE && decided === decision)) {
        throw new Error(
          `the exported model disagrees on ${name}: score ${found.score} where the model has ${score}, ` +
            `${decided} where the model says ${decision}, maps ${maps.mean} apart`,
        );
      }
      largest.score = Math.max(largest.score, scores);
      largest.map = Math.max(largest.map, maps.mean);
      largest.place = Math.max(largest.place, maps.most);
      onProgress?.(i + 1, pictures.length);
    }
  } finally {
    await running.dispose();
  }
  return largest;
}

/** As `fsad localize` has it: the method's own where it was never calibrated. */
function mapOnScale(calibration: Calibration, map: AnomalyMap | undefined): AnomalyMap | null {
  if (!map) return null;
  return calibration.map ? calibrateMap(calibration, map) : map;
}

function apart(a: AnomalyMap | null, b: AnomalyMap | null): { mean: number; most: number } {
  if (!a && !b) return { mean: 0, most: 0 };
  if (a?.data.length !== b?.data.length) return { mean: Infinity, most: Infinity };
  const differences = a!.data.map((value, i) => Math.abs(value - b!.data[i]));
  return {
    mean: differences.reduce((sum, value) => sum + value, 0) / differences.length,
    most: differences.reduce((most, value) => Math.max(most, value), 0),
  };
}
