import { existsSync } from 'node:fs';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { readJson, withLock, writeFolderAtomically } from '@fsad/files';
import { differences } from '../store/index.ts';

/** Everything that decides what a training learns. */
export interface TrainingRecord {
  readonly method: string;
  readonly numericVersion: number;
  readonly engine: string;
  readonly config: unknown;
  readonly seed: number;
  /** Parts along a side that pictures are cut into. */
  readonly tiles: number;
  /** Id of the split, which its images decide. */
  readonly split: string;
}

const FILE = 'training.json';
const schema = z.object({
  method: z.string(),
  numericVersion: z.number(),
  engine: z.string(),
  config: z.unknown(),
  seed: z.number(),
  tiles: z.number().default(1),
  split: z.string(),
});

/** Where a training keeps what it continues from. */
export const checkpointsOf = (directory: string): string => join(directory, 'checkpoints');

/** Whether a finished model lies in a folder. */
const hasModel = (directory: string): boolean => existsSync(join(directory, 'config.json'));

/** @throws Error when a folder holds a model or an unfinished training that is not to be continued. */
export function requireFree(directory: string, resume: boolean): void {
  if (resume) return;
  const holds = hasModel(directory)
    ? 'a model'
    : existsSync(join(directory, FILE))
      ? 'an unfinished training'
      : null;
  if (holds !== null) {
    throw new Error(`${directory} holds ${holds} already; --resume continues it, another --out starts anew`);
  }
}

/**
 * Trains into a folder while no other process does. The lock lies beside the folder, which is left without a trace of a training that failed before it had
 * learned anything worth continuing.
 * @throws LockedError when another process trains into it; what `work` throws
 */
export async function whileTraining(
  directory: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const target = resolve(directory);
  await mkdir(dirname(target), { recursive: true });
  const lock = join(dirname(target), `.${basename(target)}.lock`);
  await withLock(lock, { purpose: `Training into ${directory}`, wait: false, signal }, async (held) => {
    try {
      await work(held);
    } catch (error) {
      if (!signal.aborted) await abandonTraining(directory);
      throw error;
    }
  });
}

/**
 * Begins a training in a folder, or finds it there to be continued.
 * @returns whether it is finished already.
 * @throws Error when the folder holds another training.
 */
export async function beginTraining(directory: string, record: TrainingRecord): Promise<boolean> {
  const path = join(directory, FILE);
  if (existsSync(path)) {
    requireSame(directory, await readJson(path, schema, { advice: 'choose another --out' }), record);
    if (!hasModel(directory)) return false;
    await rm(checkpointsOf(directory), { recursive: true, force: true });
    return true;
  }
  if (hasModel(directory)) {
    throw new Error(`${directory} holds a model that does not say how it was begun; choose another --out`);
  }
  const content = Buffer.from(`${JSON.stringify(record, null, 2)}\n`);
  await writeFolderAtomically(directory, new Map([[FILE, content]]));
  return false;
}

function requireSame(directory: string, before: z.infer<typeof schema>, now: TrainingRecord): void {
  const flat = ({ method, numericVersion, engine, config, seed, tiles }: z.infer<typeof schema>): object => ({
    method,
    numericVersion,
    engine,
    seed,
    tiles,
    ...(config as object),
  });
  const changed = differences(flat(before), flat(now));
  if (changed.length > 0) {
    throw new Error(
      `${directory} holds a training with other settings (${changed.slice(0, 5).join('; ')}); ` +
        'continue it as it was begun, or choose another --out',
    );
  }
  if (before.split !== now.split) {
    throw new Error(
      `${directory} holds a training with other images; continue it as it was begun, or choose another --out`,
    );
  }
}

async function abandonTraining(directory: string): Promise<void> {
  if (existsSync(checkpointsOf(directory)) || hasModel(directory)) return;
  await rm(join(directory, FILE), { force: true });
  await rmdir(directory).catch(() => undefined);
}
