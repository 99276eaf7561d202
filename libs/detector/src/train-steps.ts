import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { joinPath, readIfThere, writeFolderAtomically } from '@fsad/files';
import type { Image } from '@fsad/images';
import { decodeSafetensors, encodeSafetensors, type Tensor, type TensorFile } from '@fsad/tensors';
import type { FitContext } from './detector.ts';
import { DivergedError } from './diverged-error.ts';
import { nextTurn } from './next-turn.ts';

/** A counted training loop: what one step does, and how its state is taken out and put back. */
export interface StepLoop {
  /** Names the loop in progress and its checkpoint file; distinct among the loops of one fit. */
  readonly stage: string;
  readonly steps: number;
  readonly context: FitContext;
  /** What a checkpoint must have been made with to be continued; see `fingerprintFit`. */
  readonly fingerprint: string;
  /** Checkpoints are written every so many steps, at the end, and when the signal aborts. */
  readonly checkpointEvery: number;
  /** Performs step `index` and gives what to report. All randomness must be addressed by `index`. */
  step(index: number): Promise<Readonly<Record<string, number>>>;
  /** Everything the next step depends on: variables, optimiser moments, running statistics. */
  capture(): Promise<ReadonlyMap<string, Tensor>>;
  restore(tensors: ReadonlyMap<string, Tensor>): void;
}

/**
 * Runs a loop to its end, continuing its own checkpoint where there is one; the outcome has the same bits either way.
 * @throws the signal's reason within one step of an abort; DivergedError naming the step when a reported value is not finite.
 */
export async function trainSteps(loop: StepLoop): Promise<void> {
  const { stage, steps, context } = loop;
  const metric = (name: string): string => `${stage}/${name}`;
  let done = await resume(loop);
  let kept = done;
  context.report({ type: 'progress', stage, done, total: steps });
  while (done < steps) {
    await nextTurn();
    if (context.signal?.aborted) {
      if (done > kept) await keep(loop, done);
      throw context.signal.reason;
    }
    for (const [name, value] of Object.entries(await loop.step(done))) {
      if (!Number.isFinite(value))
        throw new DivergedError(`${stage}: ${name} is ${value} at step ${done}; training diverged`);
      context.report({ type: 'metric', name: metric(name), step: done, value });
    }
    done++;
    if (done === steps || done % loop.checkpointEvery === 0) {
      await keep(loop, done);
      kept = done;
    }
    context.report({ type: 'progress', stage, done, total: steps });
  }
}

/** Digest of all that a fit's outcome depends on; two fits with equal digests may share checkpoints. */
export function fingerprintFit(
  method: { readonly name: string; readonly numericVersion: number },
  engine: string,
  config: unknown,
  seed: number,
  images: readonly Image[],
): string {
  const hash = sha256.create();
  const add = (value: unknown) => hash.update(utf8ToBytes(JSON.stringify(value)));
  add([method.name, method.numericVersion, engine, config, seed, images.length]);
  for (const { width, height, channels, data } of images) add([width, height, channels]).update(data);
  return bytesToHex(hash.digest());
}

async function keep(loop: StepLoop, done: number): Promise<void> {
  if (!loop.context.checkpoints) return;
  const file = encodeSafetensors(await loop.capture(), {
    fingerprint: loop.fingerprint,
    step: String(done),
  });
  loop.context.beforeCheckpoint?.();
  await writeFolderAtomically(loop.context.checkpoints, new Map([[fileName(loop), file]]));
}

async function resume(loop: StepLoop): Promise<number> {
  const found = await ownCheckpoint(loop);
  if (!found) return 0;
  loop.restore(found.tensors);
  return Number(found.metadata.step);
}

async function ownCheckpoint(loop: StepLoop): Promise<TensorFile | null> {
  if (!loop.context.checkpoints) return null;
  const path = joinPath(loop.context.checkpoints, fileName(loop));
  const startAnew = (why: string): null => {
    loop.context.report({ type: 'note', text: `${path} ${why}; starting ${loop.stage} from the beginning` });
    return null;
  };
  let file: TensorFile;
  try {
    const content = await readIfThere(path);
    if (!content) return null;
    file = decodeSafetensors(content, path);
  } catch (error) {
    return startAnew(`cannot be read (${(error as Error).message})`);
  }
  if (file.metadata.fingerprint !== loop.fingerprint) {
    return startAnew('belongs to a fit with other settings or images');
  }
  return file;
}

function fileName(loop: StepLoop): string {
  return `${loop.stage}.checkpoint.safetensors`;
}
