import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile, sweepTemporaries } from '@fsad/files';
import { trainedAmongTest, type Dataset } from '@fsad/datasets';
import { DivergedError, type Detector, type DetectorEvent } from '@fsad/detector';
import type { Image } from '@fsad/images';
import { openJournal, type Journal } from '@fsad/tracking/journal';
import { readCurves } from './curves.ts';
import { endingOf, InterruptedError } from './failure.ts';
import { readableResult, sidePath, writeResult, type TrialResult, workFolder } from '../store/index.ts';
import { columns, judge } from './judge.ts';
import { judgePixels } from './judge-pixels.ts';
import { keepScores } from './kept-scores.ts';
import { drawPictures } from './pictures.ts';
import { peakMemoryBytes, provenanceOf, resetPeakMemory } from './provenance.ts';
import { openMethod, type Registry } from '../registry.ts';
import { scoreImages } from './score-images.ts';
import { isTold, tellCells, tellResult, tellStart } from './tell-journal.ts';
import { scoreOnTheWay } from './score-on-the-way.ts';
import { Stopwatch } from './stopwatch.ts';
import {
  requireFit,
  resultFrame,
  taskDataset,
  trialImages,
  type TrialImages,
  type TrialSurroundings,
  type TrialTask,
} from './task.ts';

/** How far a trial is, for people. */
export interface TrialProgress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  /** How much of the fit is done, 0 to 1; left out by a fit of one stage, and after it. */
  readonly whole?: number;
}

export interface TrialHooks {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TrialProgress) => void;
  readonly onNote: (text: string) => void;
}

/**
 * Runs one trial in this process, from wherever an earlier attempt left it: fit, one scoring pass, judgement, side files, result, in this order. The
 * journal's lock makes sure that no other process works on it.
 * @throws LockedError when another process does; the signal's reason; what the method throws, told to the journal.
 */
export async function runTrial(
  task: TrialTask,
  surroundings: TrialSurroundings,
  registry: Registry,
  hooks: TrialHooks,
): Promise<TrialResult> {
  const { store } = surroundings;
  resetPeakMemory();
  const journal = openJournal(store, task.key);
  for (const note of journal.recovery.notes) hooks.onNote(note);
  let result: TrialResult;
  try {
    const before = await readableResult(store, task.key);
    result = before?.status === 'ok' ? before : await attempt(task, surroundings, registry, hooks, journal);
  } finally {
    journal.close();
  }
  // Last: as long as it is there, a store that is opened looks after what a killed process left of a finished trial.
  await rm(workFolder(store, task.key), { recursive: true, force: true });
  return result;
}

async function attempt(
  task: TrialTask,
  surroundings: TrialSurroundings,
  registry: Registry,
  hooks: TrialHooks,
  journal: Journal,
): Promise<TrialResult> {
  const { store, threads } = surroundings;
  const work = workFolder(store, task.key);
  await mkdir(join(work, 'checkpoints'), { recursive: true });
  await sweepTemporaries(work);
  const watch = await Stopwatch.begin(work);
  const clock = setInterval(() => void watch.keep().catch(() => undefined), 5000);
  const dataset = await taskDataset(task, surroundings.data, registry);
  let detector: Detector | null = null;
  try {
    const engine = await requireFit(task, registry);
    const images = await trialImages(task, dataset, registry);
    const told = isTold(journal);
    if (!told) tellStart(journal, task, images, engine);
    else tellCells(journal, task.cells);
    watch.start('fit');
    detector = await fitted({ task, surroundings, registry, hooks, journal, dataset, images, work });
    watch.start('score');
    await watch.keep();
    const judged = await judgeTrial({ task, store, hooks, dataset, images, work, detector });
    watch.stop();
    const result: TrialResult = {
      ...resultFrame(task, dataset, images),
      status: 'ok',
      failure: null,
      ...judged,
      provenance: provenanceOf(task, engine, threads, {
        startedAt: watch.startedAt,
        finishedAt: new Date().toISOString(),
        seconds: watch.seconds,
        attempts: watch.attempts,
        peakMemoryBytes: peakMemoryBytes(),
      }),
    };
    if (!told) tellResult(journal, store, result);
    await writeResult(store, result);
    return result;
  } catch (error) {
    watch.stop();
    await watch.keep().catch(() => undefined);
    tellEnd(journal, error);
    throw error;
  } finally {
    clearInterval(clock);
    detector?.dispose();
    await dataset.close();
  }
}

/** The fitted detector: from the model an earlier attempt saved, else by fitting, continuing its checkpoints. */
async function fitted(given: {
  task: TrialTask;
  surroundings: TrialSurroundings;
  registry: Registry;
  hooks: TrialHooks;
  journal: Journal;
  dataset: Dataset;
  images: TrialImages;
  work: string;
}): Promise<Detector> {
  const { task, surroundings, registry, hooks, journal, dataset, images, work } = given;
  const { configuration } = task.inputs;
  const method = await openMethod(registry, configuration.detector);
  const runtime = { engine: task.engine.runtime, threads: surroundings.threads };
  const model = join(work, 'model');
  const saved = join(work, 'model-saved');
  if (await exists(saved)) {
    try {
      return await method.load(model, runtime);
    } catch (error) {
      hooks.onNote(`${(error as Error).message}; it is fitted again, from its checkpoints`);
      await rm(saved);
    }
  }

  const train = await Promise.all(images.split.train.map(({ id }) => dataset.image(id)));
  const detector = await method.create(method.parseConfig(configuration.settings), runtime);
  const divergence = new AbortController();
  try {
    await detector.fit(train, {
      seed: configuration.seed,
      signal: AbortSignal.any([hooks.signal, divergence.signal]),
      checkpoints: join(work, 'checkpoints'),
      beforeCheckpoint: () => journal.commit(),
      keepAfter: configuration.evaluation.iterations,
      report: (event) => tell(event, journal, hooks, divergence),
    });
    divergence.signal.throwIfAborted();
    journal.commit();
    await rm(model, { recursive: true, force: true });
    await detector.save(model);
    await replaceFile(saved, '');
    return detector;
  } catch (error) {
    detector.dispose();
    throw error;
  }
}

function tell(event: DetectorEvent, journal: Journal, hooks: TrialHooks, divergence: AbortController): void {
  if (event.type === 'progress') hooks.onProgress(event);
  else if (event.type === 'note') hooks.onNote(event.text);
  else {
    journal.metric(event.name, event.step, event.value);
    if (Number.isFinite(event.value)) return;
    const what = `${event.name} is ${event.value} at step ${event.step}; training diverged`;
    divergence.abort(new DivergedError(what));
  }
}

/** Scores, judges and draws; everything but the result itself is on disk afterwards. */
async function judgeTrial(given: {
  task: TrialTask;
  store: string;
  hooks: TrialHooks;
  dataset: Dataset;
  images: TrialImages;
  work: string;
  detector: Detector;
}): Promise<Pick<TrialResult, 'metrics' | 'artefacts'>> {
  const { task, store, hooks, dataset, images, work, detector } = given;
  const { evaluation } = task.inputs.configuration;
  const { split, test } = images;
  const { items } = test;
  const repeated = trainedAmongTest(dataset, split, items);
  if (repeated.length > 0)
    hooks.onNote(
      `warning: training pictures under other names among the test pictures: ${repeated.join(', ')}`,
    );
  const progress = (stage: string) => (done: number) =>
    hooks.onProgress({ stage, done, total: items.length });
  const { scores: found, maps } = await scoreImages({
    detector,
    names: items.map(({ id }) => id),
    image: (i) => dataset.image(items[i].id),
    maps: evaluation.pixel || evaluation.maps > 0,
    keeper: await keepScores(join(work, 'scored.jsonl'), items.length),
    signal: hooks.signal,
    onProgress: progress('scoring'),
  });
  const scores = columns(items, found);
  const onTheWay = await scoreOnTheWay({
    detector,
    iterations: evaluation.iterations,
    dataset,
    items,
    work,
    signal: hooks.signal,
    onProgress: progress('scoring on the way'),
  });
  const { pixel, doubts } =
    maps && evaluation.pixel ? await judgePixels(dataset, items, maps) : { pixel: null, doubts: [] };
  for (const doubt of doubts) hooks.onNote(`warning: ${doubt}`);
  const folder = sidePath(store, task.key);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const samples = await drawSamples(detector, evaluation.samples, split.shots);
  const pictures = { folder, evaluation, dataset, split, items, scores, maps, samples };
  const artefacts = await drawPictures(pictures);
  await replaceFile(join(folder, 'scores.json'), JSON.stringify(scores));
  await replaceFile(join(folder, 'curves.json'), JSON.stringify(readCurves(store, task.key)));
  const metrics = judge(scores, pixel);
  return { metrics: onTheWay ? { ...metrics, onTheWay } : metrics, artefacts };
}

/** The finest scale of so many pictures drawn from the detector; none where it does not generate. */
async function drawSamples(detector: Detector, count: number, shots: number): Promise<Image[]> {
  if (count === 0 || !detector.generate) return [];
  const drawn = await detector.generate(Array.from({ length: Math.ceil(count / shots) }, (_, seed) => seed));
  return drawn.slice(0, count).map(({ scales }) => scales[scales.length - 1]);
}

function tellEnd(journal: Journal, error: unknown): void {
  try {
    if (error instanceof InterruptedError) return journal.end('interrupted');
    const { status, message } = endingOf(error);
    journal.end(status, { message: message.slice(0, 4000) });
  } catch {
    // The journal itself cannot be written: the trial's own error says more, and stays what is thrown.
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
