import { readCalibration } from '@fsad/calibration/folder';
import type { Calibration } from '@fsad/calibration';
import {
  ConfigurationError,
  readMethodName,
  tiled,
  type Detector,
  type DetectorMethod,
  type MethodRuntime,
} from '@fsad/detector';
import { resolveEngine } from '../engines.ts';
import { methods } from '../methods.ts';
import { unknownMethod, type ResolvedEngine } from '../registry.ts';
import { readTiles } from './tiles-file.ts';

/** A saved model, ready to score. */
export interface OpenedModel {
  readonly method: DetectorMethod<unknown>;
  readonly detector: Detector;
  readonly engine: ResolvedEngine;
  /** Parts along a side that pictures are cut into. */
  readonly tiles: number;
  /** What good pictures score; null where it was never asked for. */
  readonly calibration: Calibration | null;
}

/** Imports the method `name`. @throws Error naming the methods there are. */
export async function methodNamed(name: string): Promise<DetectorMethod<unknown>> {
  if (Object.hasOwn(methods, name)) return methods[name]();
  throw new ConfigurationError(unknownMethod(name, Object.keys(methods)));
}

/** Opens a saved model of any method. @throws Error naming a missing, truncated or foreign file, or an engine that does not work here. */
export async function openModel(directory: string, asked: MethodRuntime): Promise<OpenedModel> {
  const method = await methodNamed(await readMethodName(directory));
  const [tiles, calibration] = await Promise.all([readTiles(directory), readCalibration(directory)]);
  const engine = await resolveEngine(method.engine, asked.engine);
  const detector = await method.load(directory, { ...asked, engine: engine.runtime });
  return { method, detector: tiles > 1 ? tiled(detector, tiles) : detector, engine, tiles, calibration };
}
