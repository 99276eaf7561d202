import { canonicalJson, problemsOf, sha256Hex } from '@fsad/files';
import { z } from 'zod';
import { cellSchema, inputsSchema, keySchema, trialKey } from '../store/index.ts';
import type { TrialProgress, TrialTask } from '../trial/index.ts';
import type { QueuedTrial } from './link.ts';

// Whoever reaches Redis can put anything there: what comes out passes a schema, and is what it says it is.

const draw = z.strictObject({
  rule: z.enum(['hash', 'consecutive']),
  subset: z.enum(['test', 'validation']),
  testCount: z.int().positive().nullable(),
  limit: z.int().positive().optional(),
  options: z.record(z.string(), z.string()).optional(),
});
const engine = z.strictObject({
  name: z.string(),
  runtime: z.string(),
  instructionSet: z.string().nullable(),
  coreGroup: z.union([z.int().positive(), z.literal('all')]),
});
const task: z.ZodType<TrialTask> = z.strictObject({
  key: keySchema,
  cells: z.array(cellSchema).min(1),
  inputs: inputsSchema,
  draw,
  engine,
  origin: z.strictObject({ command: z.string(), gitCommit: z.string().nullable() }),
});
const payload: z.ZodType<QueuedTrial> = z.strictObject({
  task,
  data: z.string().nullable(),
  sha256: keySchema,
});

/** A trial as it goes into the queue. */
export function toQueue(given: TrialTask, data: string | null): QueuedTrial {
  const plain = JSON.parse(JSON.stringify({ task: given, data })) as { task: TrialTask; data: string | null };
  return { ...plain, sha256: sha256Hex(canonicalJson(plain)) };
}

/** The trial that a job of the queue holds. @throws Error saying what makes it none */
export function queuedTrial(id: string | undefined, data: unknown): QueuedTrial {
  const checked = payload.safeParse(data);
  if (!checked.success)
    throw new Error(`the queue holds something that is no trial: ${problemsOf(checked.error)}`);
  const { sha256: checksum, ...plain } = checked.data;
  if (checksum !== sha256Hex(canonicalJson(plain)))
    throw new Error('the queue holds a trial that was changed since it was handed over');
  const { key, inputs } = plain.task;
  if (id !== key || trialKey(inputs) !== key)
    throw new Error(`the queue holds a trial whose inputs are not those that its key ${key} stands for`);
  return checked.data;
}

const progress: z.ZodType<TrialProgress> = z.object({
  stage: z.string(),
  done: z.number(),
  total: z.number(),
  whole: z.number().optional(),
});

/** How far a worker says to be; null for what makes no sense. */
export function queuedProgress(data: unknown): TrialProgress | null {
  return progress.safeParse(data).data ?? null;
}
