import { calibrateModel, partsOfTraining } from '@fsad/calibration';
import {
  requireTrainingImages,
  seenInTiles,
  tiled,
  tilesFor,
  type Detector,
  type DetectorEvent,
  type MethodRuntime,
} from '@fsad/detector';
import type { Image } from '@fsad/images';
import { resolveEngine } from '../engines.ts';
import { configure } from '../plan/index.ts';
import { methodNamed, type OpenedModel } from './open-model.ts';

/** How a model is to be learned from pictures of one's own. */
export interface FitRequest extends MethodRuntime {
  readonly method: string;
  /** The method's own default unless given. */
  readonly preset?: string;
  /** `training.learningRate=0.001`. */
  readonly set?: readonly string[];
  /** 0 unless given. */
  readonly seed?: number;
  /** Parts along a side; `auto`, by the size of the pictures, unless given. */
  readonly tiles?: number | 'auto';
  /** True unless given. */
  readonly calibrate?: boolean;
  readonly signal?: AbortSignal;
  readonly report: (event: DetectorEvent) => void;
}

/**
 * Learns from k >= 1 pictures of one colour, and what such pictures score.
 * @throws Error for an unknown method, preset, key or engine, without pictures, and for one that is too small; the signal's reason when aborted
 */
export async function fitModel(pictures: readonly Image[], request: FitRequest): Promise<OpenedModel> {
  const { seed = 0, tiles: asked = 'auto', threads, signal, report } = request;
  if (!Number.isSafeInteger(seed)) throw new RangeError(`the seed is a whole number, got ${seed}`);
  const method = await methodNamed(request.method);
  requireTrainingImages(method.name, pictures);
  const purpose = { task: 'defects', shots: pictures.length } as const;
  const { config } = configure(method, { ...request, purpose });
  const engine = await resolveEngine(method.engine, request.engine);
  const tiles = asked === 'auto' ? tilesFor(pictures) : asked;
  const images = seenInTiles(pictures, tiles);
  const create = async (): Promise<Detector> => {
    const detector = await method.create(config, { engine: engine.runtime, threads });
    return tiles === 1 ? detector : tiled(detector, tiles);
  };
  const detector = await create();
  try {
    const calibrates = request.calibrate !== false;
    const parts = partsOfTraining(report, { method, images, tiles }, calibrates);
    await detector.fit(images, { seed, report: parts.fit, signal });
    const model = { method, detector, create, images, seed, tiles, signal, report: parts.calibration };
    const calibration = calibrates ? await calibrateModel(model) : null;
    return { method, detector, engine, tiles, calibration };
  } catch (error) {
    detector.dispose();
    throw error;
  }
}
