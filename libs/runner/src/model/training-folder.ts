import { existsSync } from 'node:fs';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { readCalibration } from '@fsad/calibration/folder';
import { readJson, withLock, writeFolderAtomically } from '@fsad/files';
import type { Split } from '@fsad/datasets';
import { differences } from '../store/index.ts';
import { readSplit, SPLIT, writeSplit, type Source } from './trained-on.ts';

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
  /** The preset that the configuration began with, for people. */
  readonly preset?: string;
  /** Whether the threshold is found after the fit. */
  readonly calibrates?: boolean;
  /** What to open the engine by, to have the same. */
  readonly runtime?: string;
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
  preset: z.string().optional(),
  calibrates: z.boolean().optional(),
  runtime: z.string().optional(),
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
export async function whileTraining<T>(
  directory: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const target = resolve(directory);
  await mkdir(dirname(target), { recursive: true });
  const lock = join(dirname(target), `.${basename(target)}.lock`);
  return withLock(lock, { purpose: `Training into ${directory}`, wait: false, signal }, async (held) => {
    try {
      return await work(held);
    } catch (error) {
      if (!signal.aborted) await abandonTraining(directory);
      throw error;
    }
  });
}

/** A training as its folder knows it, with the pictures. */
export interface KeptTraining extends TrainingRecord {
  readonly learned: { readonly source: Source; readonly split: Split };
}

/**
 * The training that a folder keeps, to be continued without a word about it.
 * @throws Error where there is none, or one that does not know its pictures.
 */
export async function keptTraining(directory: string): Promise<KeptTraining> {
  if (!existsSync(join(directory, FILE))) {
    const [what, advice] = hasModel(directory)
      ? ['a model that does not say how it was begun', 'choose another --out']
      : [
          'no training',
          'name the folder that was given to fsad train as --out, or begin one without --resume',
        ];
    throw new Error(`${directory} holds ${what}, so that there is nothing to continue; ${advice}`);
  }
  const record = await readJson(join(directory, FILE), schema, { advice: 'choose another --out' });
  const learned = await readSplit(directory);
  if (learned.split.id !== record.split) {
    throw new Error(
      `${directory}: split.json is not of the training that was begun there; name its pictures as at first`,
    );
  }
  return { ...record, learned };
}

/**
 * Begins a training in a folder, or finds it there to be continued.
 * @returns how far it is: `fitted` means that only its calibration is missing.
 * @throws Error when the folder holds another training.
 */
export async function beginTraining(
  directory: string,
  record: TrainingRecord,
  { source, split }: KeptTraining['learned'],
): Promise<'begun' | 'fitted' | 'finished'> {
  const path = join(directory, FILE);
  if (existsSync(path)) {
    requireSame(directory, await readJson(path, schema, { advice: 'choose another --out' }), record);
    if (!hasModel(directory)) return 'begun';
    await rm(checkpointsOf(directory), { recursive: true, force: true });
    return record.calibrates && (await readCalibration(directory)) === null ? 'fitted' : 'finished';
  }
  if (hasModel(directory)) {
    throw new Error(`${directory} holds a model that does not say how it was begun; choose another --out`);
  }
  // Before the record, which stands for a training that can be continued.
  await writeSplit(directory, source, split);
  const content = Buffer.from(`${JSON.stringify(record, null, 2)}\n`);
  await writeFolderAtomically(directory, new Map([[FILE, content]]));
  return 'begun';
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
  for (const file of [FILE, SPLIT]) await rm(join(directory, file), { force: true });
  await rmdir(directory).catch(() => undefined);
}
