import { z } from 'zod';
import { cellSchema } from '../store/index.ts';

const count = z.int().nonnegative();
const seconds = z.number().nonnegative().nullable();
const key = z.string();

/**
 * A line that `--progress json` writes to stderr (docs/progress.md). A reader passes over a `type` it does not know: later versions may add some, and fields.
 */
export const progressLine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('note'), text: z.string() }),
  z.object({ type: z.literal('error'), message: z.string(), code: z.int() }),
  z.object({
    type: z.literal('progress'),
    stage: z.string(),
    done: z.number(),
    total: z.number(),
    whole: z.number().min(0).max(1),
    secondsLeft: seconds,
    note: z.string(),
  }),
  z.object({
    type: z.literal('plan'),
    cells: count,
    done: count,
    failedBefore: count,
    pending: count,
    how: z.object({ workers: count, threads: count }).nullable(),
    remainingSeconds: seconds,
  }),
  z.object({ type: z.literal('start'), key, cell: cellSchema, worker: count }),
  z.object({
    type: z.literal('trials'),
    total: count.nullable(),
    ended: count,
    failed: count,
    secondsLeft: seconds,
    running: z.array(
      z.object({
        key,
        cell: cellSchema,
        stage: z.string(),
        done: z.number(),
        total: z.number(),
        seconds: z.number(),
      }),
    ),
  }),
  z.object({ type: z.literal('again'), key, cell: cellSchema, why: z.string() }),
  z.object({
    type: z.literal('finish'),
    key,
    cell: cellSchema,
    status: z.string(),
    auroc: z.number().nullable(),
    message: z.string().nullable(),
    seconds: z.number(),
    pending: count.nullable(),
    remainingSeconds: seconds,
  }),
]);

export type ProgressLine = z.infer<typeof progressLine>;
