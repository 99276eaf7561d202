import { calibrateModel, partsOfTraining, type Calibration } from '@fsad/calibration';
import { readCalibration, writeCalibration } from '@fsad/calibration/folder';
import {
  readMethodName,
  reduced,
  sideForTiles,
  tiled,
  tilesFor,
  type Detector,
  type DetectorEvent,
} from '@fsad/detector';
import { joinPath, readIfThere, readJson, removeFolder, replaceFile } from '@fsad/files';
import { withChannels, type Image } from '@fsad/images';
import { z } from 'zod';
import type { GoodPicture, MethodName } from '../messages.ts';
import { decode } from './pictures.ts';
import { METHODS, offered } from './methods.ts';
import { picturesDigest, remembering } from './remember.ts';

/** Folders in the browser's database: the finished model, and what an unfinished training goes on from. */
export const MODEL = 'model';
export const CHECKPOINTS = 'checkpoints';

/** What is computed on: the same in every browser. Threads are the engine's own choice. */
const RUNTIME = { engine: 'wasm', threads: navigator.hardwareConcurrency };

const SEED = 0;

/** A model ready to check pictures. */
export interface Opened {
  readonly method: MethodName;
  readonly detector: Detector;
  readonly tiles: number;
  readonly calibration: Calibration | null;
}

/** How a training is watched and ended. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly report: (event: DetectorEvent) => void;
  /** Called when one more scale of HTDG is finished, with the folder it lies in. */
  readonly onScales: (folder: string, images: readonly Image[]) => Promise<void>;
}

/**
 * Learns what is normal, finds what such pictures score, and keeps the model in the browser. What was learned before a stop or a reload is not learned again.
 * @throws BadImageError for a picture that cannot be used; the signal's reason.
 */
export async function learn(
  name: MethodName,
  pictures: readonly GoodPicture[],
  watch: Watch,
): Promise<Opened> {
  const { signal, report } = watch;
  const { method, preset } = METHODS[name];
  const purpose = { task: 'defects', shots: pictures.length } as const;
  const config = method.parseConfig(method.presetFor?.(preset, purpose) ?? method.presets[preset]);
  const tiles = tilesFor(pictures);
  const images = await trainingImages(pictures, tiles, method.smallestSide ?? 1);
  // Only this training's own state is worth keeping.
  const folder = joinPath(CHECKPOINTS, `${name}-${picturesDigest(images).slice(0, 16)}`);
  await removeFolder(CHECKPOINTS, folder);
  const create = async (): Promise<Detector> => {
    const detector = await method.create(config, RUNTIME);
    return remembering(tiles === 1 ? detector : tiled(detector, tiles), folder);
  };
  const detector = await create();
  try {
    const parts = partsOfTraining(report, { method, images, tiles }, true);
    const show = name === 'htdg' ? () => watch.onScales(folder, images) : async () => {};
    const scales = stageWatch(parts.fit, show);
    await detector.fit(images, { seed: SEED, report: scales.report, signal, checkpoints: folder });
    await scales.finished();
    const names = pictures.map((picture) => picture.name);
    const model = { method, detector, create, images, names, seed: SEED, tiles, signal };
    const calibration = await calibrateModel({ ...model, report: parts.calibration });
    await removeFolder(MODEL);
    await keepTiles(tiles);
    await detector.save(MODEL);
    await writeCalibration(MODEL, calibration);
    await removeFolder(CHECKPOINTS);
    return { method: name, detector: (await openKept())!.detector, tiles, calibration };
  } finally {
    detector.dispose();
  }
}

/** Shows what is finished whenever another stage begins, and at the end. */
function stageWatch(report: Watch['report'], show: () => Promise<void>) {
  let stage = '';
  let shown: Promise<void> = Promise.resolve();
  const next = (): void => void (shown = shown.then(show));
  return {
    report: (event: DetectorEvent): void => {
      report(event);
      if (event.type !== 'progress' || event.stage === stage) return;
      stage = event.stage;
      next();
    },
    finished: async (): Promise<void> => {
      next();
      await shown;
    },
  };
}

/** Opens the model that lies in the browser; null where none does. @throws Error naming what is wrong with it. */
export async function openKept(): Promise<Opened | null> {
  if (!(await readIfThere(joinPath(MODEL, 'config.json')))) return null;
  const name = (await readMethodName(MODEL)) as MethodName;
  const { method } = offered(name);
  const [tiles, calibration] = await Promise.all([keptTiles(), readCalibration(MODEL)]);
  const detector = await method.load(MODEL, RUNTIME);
  return { method: name, detector: tiles > 1 ? tiled(detector, tiles) : detector, tiles, calibration };
}

/** A picture as a model takes it. @throws BadImageError for one that is too small. */
export function fitting({ method, detector }: Opened, image: Image, name: string): Image {
  requireSide(image, name, METHODS[method].method.smallestSide ?? 1);
  return withChannels(image, detector.channels ?? 3);
}

/** Pictures to learn from: of colour unless every one is grey. */
async function trainingImages(
  pictures: readonly GoodPicture[],
  tiles: number,
  least: number,
): Promise<Image[]> {
  const images: Image[] = [];
  for (const { file, name } of pictures) {
    const { image } = await decode(file, name);
    requireSide(image, name, least);
    images.push(tiles > 1 ? reduced(image, sideForTiles(tiles)) : image);
  }
  const channels = images.every((image) => image.channels === 1) ? 1 : 3;
  return images.map((image) => withChannels(image, channels));
}

function requireSide({ width, height }: Image, name: string, least: number): void {
  if (Math.min(width, height) >= least) return;
  throw new Error(`${name}: ${width} x ${height} pixels, the method needs ${least} x ${least} at least`);
}

const tilesFile = joinPath(MODEL, 'tiles.json');
const tilesSchema = z.strictObject({ format: z.literal('fsad-tiles-v1'), tiles: z.number().int().min(2) });

async function keepTiles(tiles: number): Promise<void> {
  if (tiles > 1) await replaceFile(tilesFile, `${JSON.stringify({ format: 'fsad-tiles-v1', tiles })}\n`);
}

async function keptTiles(): Promise<number> {
  if (!(await readIfThere(tilesFile))) return 1;
  return (await readJson(tilesFile, tilesSchema, { advice: 'learn again' })).tiles;
}
