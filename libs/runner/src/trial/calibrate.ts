import type { DatasetName } from '@fsad/datasets';
import { canonicalJson, sha256Hex } from '@fsad/files';
import { InterruptedError } from './failure.ts';
import { openMethod, type DatasetOptions, type Registry } from '../registry.ts';

/** A short measurement of what trials of one kind will cost here. */
export interface CalibrationTask {
  readonly detector: string;
  readonly settings: unknown;
  readonly dataset: DatasetName;
  readonly data: string | null;
  readonly options?: DatasetOptions;
  readonly class: string;
  readonly shots: number;
  /** Whether maps are made of the test images. */
  readonly maps: boolean;
  readonly engine: string;
  readonly threads: number;
}

/** Measured seconds; a fit on k images is expected to take `fit + k * fitPerShot`. */
export interface CalibrationTimes {
  readonly fit: number;
  /** 0 where the measurement holds for its own number of images only. */
  readonly fitPerShot: number;
  /** Seconds of scoring one image; null where no model came out of the measurement, so that scoring comes on top. */
  readonly scoreImage: number | null;
  /** False where later stages of the fit may come on top. */
  readonly whole: boolean;
}

/** Names a calibration: equal digests may share their times. The version is raised when other things are measured. */
export function calibrationId(task: CalibrationTask, cpu: string): string {
  const { detector, settings, dataset, options, shots, engine, threads } = task;
  const maps = task.maps || undefined;
  const content = canonicalJson({
    version: 2,
    detector,
    settings,
    dataset,
    options,
    shots,
    maps,
    engine,
    threads,
    cpu,
  });
  return sha256Hex(content);
}

const scoredImages = 4;
/** They are scored again and again for as long: the first time compiles what later ones run. */
const scoringMs = 300;

/**
 * Measures: where the method knows shorter fits of the same steps, two lengths of those, so that what is paid once is told from what is paid a step; else the fit
 * itself for five seconds, extrapolated by its own progress, and scoring after a fit of the fewest steps.
 * @param watchMs how long a fit is watched that cannot be made shorter.
 */
export async function runCalibration(
  task: CalibrationTask,
  registry: Registry,
  signal: AbortSignal,
  watchMs = 5000,
): Promise<CalibrationTimes> {
  const dataset = await registry.openDataset(task.dataset, task.data, task.options);
  try {
    const method = await openMethod(registry, task.detector);
    const config = method.parseConfig(task.settings);
    const short = method.shorten?.(config, dataset.colour);
    const request = { class: task.class, shots: task.shots, trial: 0, rule: 'hash' } as const;
    const split = await registry.drawSplit(dataset, request);
    const train = await Promise.all(split.train.map(({ id }) => dataset.image(id)));
    const runtime = { engine: task.engine, threads: task.threads };
    const test = dataset.testItems(task.class, 'test').slice(0, scoredImages);
    const images = await Promise.all(test.map(({ id }) => dataset.image(id)));

    /** Fits, for at most `limitMs` where given, and scores if the fit ended. */
    const measure = async (settings: unknown, limitMs?: number): Promise<CalibrationTimes> => {
      const detector = await method.create(method.parseConfig(settings), runtime);
      const limit = new AbortController();
      let stage = { name: '', since: 0, from: 0, done: 0, total: 1 };
      const start = performance.now();
      const end = (): void => limit.abort(new InterruptedError());
      const timer = limitMs === undefined ? undefined : setTimeout(end, limitMs);
      try {
        await detector.fit(train, {
          seed: 0,
          signal: AbortSignal.any([signal, limit.signal]),
          report(event) {
            if (event.type !== 'progress') return;
            const { done, total } = event;
            const now = performance.now();
            if (event.stage !== stage.name)
              stage = { name: event.stage, since: now, from: done, done, total };
            stage.done = done;
          },
        });
        const fit = (performance.now() - start) / 1000;
        const round = await medianSeconds(() =>
          task.maps && detector.inspect ? detector.inspect(images, signal) : detector.score(images, signal),
        );
        const scoreImage = round / images.length;
        return { fit, fitPerShot: 0, scoreImage, whole: true };
      } catch (error) {
        if (!limit.signal.aborted || signal.aborted) throw error;
        const now = performance.now();
        const gained = stage.done - stage.from;
        const rest = gained > 0 ? ((now - stage.since) / gained) * (stage.total - stage.done) : 0;
        return { fit: (now - start + rest) / 1000, fitPerShot: 0, scoreImage: null, whole: false };
      } finally {
        clearTimeout(timer);
        detector.dispose();
      }
    };

    if (!short) {
      const watched = await measure(task.settings, watchMs);
      const few = watched.scoreImage === null && method.fewestSteps?.(config);
      return few ? { ...watched, scoreImage: (await measure(few, watchMs)).scoreImage } : watched;
    }
    const first = await measure(short.settings(1));
    // Starting up weighs much in a short fit only.
    const one = first.fit < 2 ? await measure(short.settings(1)) : first;
    const more = Math.min(Math.max(Math.ceil(1 / one.fit), 1), Math.max(short.steps - 1, 1));
    const longer = await measure(short.settings(1 + more));
    const step = Math.max(longer.fit - one.fit, 0) / more;
    const once = Math.max(one.fit - step, 0);
    const fitPerShot = (step * short.steps) / task.shots;
    return { fit: once, fitPerShot, scoreImage: longer.scoreImage, whole: true };
  } finally {
    await dataset.close();
  }
}

/** The median seconds of a round of scoring, over those that `scoringMs` hold, one at least. */
async function medianSeconds(score: () => Promise<unknown>): Promise<number> {
  const rounds: number[] = [];
  const end = performance.now() + scoringMs;
  do {
    const start = performance.now();
    await score();
    rounds.push((performance.now() - start) / 1000);
  } while (performance.now() < end);
  return rounds.sort((a, b) => a - b)[Math.floor(rounds.length / 2)];
}
