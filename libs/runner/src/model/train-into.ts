import { rm } from 'node:fs/promises';
import { calibrateModel, caveats, partsOfTraining } from '@fsad/calibration';
import { writeCalibration } from '@fsad/calibration/folder';
import type { Split } from '@fsad/datasets';
import {
  tiled,
  type Detector,
  type DetectorEvent,
  type DetectorMethod,
  type LearningCurve,
  type TrainingReview,
} from '@fsad/detector';
import { duration, writeFolderAtomically } from '@fsad/files';
import type { Image } from '@fsad/images';
import type { ResolvedEngine } from '../registry.ts';
import { writeTiles } from './tiles-file.ts';
import type { Source } from './trained-on.ts';
import { beginTraining, checkpointsOf, whileTraining } from './training-folder.ts';

/** What is to be learned, from what, on what. */
export interface Training {
  readonly method: DetectorMethod<unknown>;
  readonly config: unknown;
  /** What the configuration is called. */
  readonly preset: string;
  readonly source: Source;
  readonly split: Split;
  /** The pictures of the split. */
  readonly images: readonly Image[];
  /** Parts along a side that pictures are cut into. */
  readonly tiles: number;
  readonly engine: ResolvedEngine;
  readonly threads: number;
  readonly seed: number;
  /** Whether the fit ends with what good pictures score. */
  readonly calibrates: boolean;
}

/** Who watches, and may end it. */
export interface TrainingWatch {
  readonly signal: AbortSignal;
  readonly report: (event: DetectorEvent) => void;
  readonly say: (text: string) => void;
  /** Draws what the training leaves to look at, by file name. */
  readonly draw: (review: TrainingReview) => Promise<ReadonlyMap<string, Uint8Array>>;
}

/**
 * Trains into a folder, or goes on with what was begun there, to the same bits.
 * @throws LockedError when another process trains into it; Error when it holds another training; the signal's reason
 */
export async function trainInto(folder: string, training: Training, watch: TrainingWatch): Promise<void> {
  const { method, config, preset, source, split, images, tiles, engine, threads, seed, calibrates } =
    training;
  const { signal, report, say, draw } = watch;
  const { name, numericVersion } = method;
  const { runtime } = engine;
  const decided = { method: name, numericVersion, engine: bitsOf(engine), config, seed, tiles };
  const record = { ...decided, split: split.id, preset, calibrates, runtime };
  const cutting = (detector: Detector): Detector => (tiles > 1 ? tiled(detector, tiles) : detector);
  const create = async (): Promise<Detector> =>
    cutting(await method.create(config, { engine: runtime, threads }));
  await whileTraining(folder, signal, async (held) => {
    const far = await beginTraining(folder, record, { source, split });
    if (far === 'finished') return say(`nothing is left to do; the model is in ${folder}`);
    const isFitted = far === 'fitted';
    const detector = isFitted
      ? cutting(await method.load(folder, { engine: runtime, threads }))
      : await create();
    try {
      for (const line of inWords(training)) say(line);
      const start = performance.now();
      const curves = new Curves();
      const show = partsOfTraining(report, { method, images, tiles }, calibrates);
      if (!isFitted) {
        await detector.fit(images, {
          seed,
          report: (event) => (curves.add(event), show.fit(event)),
          signal: held,
          checkpoints: checkpointsOf(folder),
        });
        const review = (await detector.review?.(images)) ?? { sheets: {}, curves: curves.list() };
        await writeFolderAtomically(folder, new Map(await draw(review)));
        // Before the model, which is finished with its own file.
        await writeTiles(folder, tiles);
        await detector.save(folder);
        await rm(checkpointsOf(folder), { recursive: true, force: true });
      }
      if (calibrates) {
        const names = split.train.map(({ id }) => id);
        const model = { method, detector, create, images, names, seed, tiles };
        const made = await calibrateModel({ ...model, signal: held, report: show.calibration });
        for (const line of caveats(await writeCalibration(folder, made))) say(line);
      }
      say(`trained in ${duration((performance.now() - start) / 1000)}; the model is in ${folder}`);
    } finally {
      detector.dispose();
    }
  });
}

/** An engine as it decides the last bits of what is learned. */
function bitsOf({ name, instructionSet }: ResolvedEngine): string {
  return instructionSet === null ? name : `${name} ${instructionSet}`;
}

function inWords({ split, source, method, preset, engine, threads, tiles }: Training): string[] {
  const { shots } = split;
  const { name, instructionSet } = engine;
  const using =
    name === 'none'
      ? 'no engine needed'
      : `engine ${name} (${instructionSet ? `${instructionSet}, ` : ''}${threads} ${threads === 1 ? 'thread' : 'threads'})`;
  return [
    ...(shots > 10
      ? [
          `${shots} pictures are more than the ten that few-shot methods are made for: all are learned from, and time and memory grow with them`,
        ]
      : []),
    `${shots} training ${shots === 1 ? 'image' : 'images'} of ${source.dataset}, class ${source.class}; ` +
      `${method.name}, preset ${preset}; ${using}${tiles > 1 ? `; ${tiles} x ${tiles} tiles of each` : ''}`,
  ];
}

/** What a fit reports of its losses, for methods that keep none themselves. */
class Curves {
  readonly #byName = new Map<string, { steps: number[]; values: number[] }>();

  add(event: DetectorEvent): void {
    if (event.type !== 'metric') return;
    const { steps, values } = this.#byName.get(event.name) ?? { steps: [], values: [] };
    this.#byName.set(event.name, { steps, values });
    steps.push(event.step);
    values.push(event.value);
  }

  list(): LearningCurve[] {
    return [...this.#byName].map(([name, curve]) => ({ scale: null, name, ...curve }));
  }
}
