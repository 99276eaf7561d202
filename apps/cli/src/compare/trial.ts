import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset, Split, TestSelection } from '@fsad/datasets';
import {
  writeFolderAtomically,
  type DetectorEvent,
  type DetectorMethod,
  type MethodRuntime,
} from '@fsad/detector';
import { columns, differences, judge, trialKey, type TrialInputs } from '@fsad/runner';

/** Seconds of a trial's two phases. */
export interface PhaseSeconds {
  readonly fit: number;
  readonly score: number;
}

/** One method on one split, as it is kept in the comparison's folder. */
export interface CompareTrial {
  readonly key: string;
  readonly inputs: TrialInputs;
  /** The column's name. */
  readonly method: string;
  readonly dataset: string;
  readonly class: string;
  readonly shots: number;
  readonly trial: number;
  /** Why it failed; null where it did not. */
  readonly failure: string | null;
  /** In [0, 1]; null where it failed. */
  readonly auroc: number | null;
  readonly seconds: PhaseSeconds;
  /** Processor time over all threads: what a trial costs whatever else the machine does. */
  readonly processorSeconds: PhaseSeconds;
  readonly test: string;
  readonly testImages: number;
}

/** A trial to be done. */
export interface TrialOrder {
  readonly name: string;
  readonly method: DetectorMethod<unknown>;
  readonly settings: unknown;
  readonly dataset: Dataset;
  readonly split: Split;
  readonly selection: TestSelection;
  readonly seed: number;
  readonly runtime: MethodRuntime;
  /** What the runtime's engine comes down to. */
  readonly engine: string;
  readonly decoder: string;
}

const block = 32;

/** Everything that decides a trial's numbers. */
export function inputsOf(order: TrialOrder): TrialInputs {
  const { method, settings, seed, split, selection, dataset, decoder, engine } = order;
  const evaluation = { pixel: false, maps: 0, examples: 0, samples: 0 };
  return {
    configuration: { detector: method.name, settings, seed, evaluation },
    split: split.id,
    testSubset: selection.id,
    data: dataset.fingerprintOf(split.class),
    decoder,
    engine,
    numericVersion: method.numericVersion,
  };
}

/**
 * The trial as kept in `folder`, when it was done with the same inputs and well; null when it is still to be done.
 * @throws Error telling what differs when it was done with other inputs and `replace` is not set.
 */
export async function keptTrial(
  folder: string,
  order: TrialOrder,
  replace: boolean,
): Promise<CompareTrial | null> {
  const path = join(folder, fileName(order));
  let kept: CompareTrial;
  try {
    kept = JSON.parse(await readFile(path, 'utf8')) as CompareTrial;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`${path}: not a trial of a comparison; remove it or choose another --out`, {
      cause: error,
    });
  }
  const inputs = inputsOf(order);
  if (kept.key === trialKey(inputs)) return kept.failure === null ? kept : null;
  if (replace) return null;
  const changed = differences(kept.inputs, inputs).slice(0, 5).join('; ');
  throw new Error(
    `${path} was made with other settings (${changed}); choose another --out, or give --replace`,
  );
}

/** Fits, scores and keeps the outcome in `folder`; a failure of the method is an outcome too. @throws the signal's reason when aborted. */
export async function runTrial(
  folder: string,
  order: TrialOrder,
  signal: AbortSignal,
  report: (event: DetectorEvent) => void,
): Promise<CompareTrial> {
  const { name, split, selection, dataset } = order;
  const inputs = inputsOf(order);
  const seconds = { fit: 0, score: 0 };
  const processorSeconds = { fit: 0, score: 0 };
  let auroc: number | null = null;
  let failure: string | null = null;
  try {
    auroc = await fitAndScore(folder, order, signal, report, { seconds, processorSeconds });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    failure = error instanceof Error ? error.message : String(error);
  }
  const trial: CompareTrial = {
    key: trialKey(inputs),
    inputs,
    method: name,
    dataset: dataset.name,
    class: split.class,
    shots: split.shots,
    trial: split.trial,
    failure,
    auroc,
    seconds,
    processorSeconds,
    test: selection.description,
    testImages: selection.items.length,
  };
  const content = Buffer.from(`${JSON.stringify(trial, null, 2)}\n`);
  await writeFolderAtomically(folder, new Map([[fileName(order), content]]));
  return trial;
}

async function fitAndScore(
  folder: string,
  { method, settings, runtime, dataset, split, selection, seed, name }: TrialOrder,
  signal: AbortSignal,
  report: (event: DetectorEvent) => void,
  spent: Record<'seconds' | 'processorSeconds', { fit: number; score: number }>,
): Promise<number> {
  const detector = await method.create(settings, runtime);
  try {
    const train = await Promise.all(split.train.map(({ id }) => dataset.image(id)));
    let lap = stopwatch();
    const checkpoints = join(folder, 'work', workName(name, split));
    await detector.fit(train, { seed, report, signal, checkpoints });
    [spent.seconds.fit, spent.processorSeconds.fit] = lap();
    lap = stopwatch();
    const { items } = selection;
    const scores = [];
    for (let from = 0; from < items.length; from += block) {
      const images = await Promise.all(items.slice(from, from + block).map(({ id }) => dataset.image(id)));
      scores.push(...(await detector.score(images, signal)));
      report({ type: 'progress', stage: 'scoring', done: scores.length, total: items.length });
    }
    [spent.seconds.score, spent.processorSeconds.score] = lap();
    return judge(columns(items, scores), null).auroc;
  } finally {
    detector.dispose();
  }
}

/** Gives the seconds since it was started, by the clock and of the processor. */
function stopwatch(): () => [number, number] {
  const [start, used] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(used);
    return [(performance.now() - start) / 1000, (user + system) / 1e6];
  };
}

function fileName({ name, split }: TrialOrder): string {
  return `${workName(name, split)}.json`;
}

function workName(name: string, { dataset, class: className, shots, trial }: Split): string {
  return [dataset, className, `${shots}-shot`, `trial-${trial}`, name].map(encodeURIComponent).join('_');
}
