import { z } from 'zod';
import type { JournalEvent } from './events.ts';

// What a journal on disk may hold. A record whose checksum fits was written whole, but perhaps by another program, or by hand.

const at = z.int();
const offset = z.int().nonnegative();
const step = z.int();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal');
const text = z.string();
const texts = z.record(text, text);
const numbers = z.record(text, z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]));

/** The place of a trial. */
export const cellSchema = z.object({
  experiment: text,
  budget: text,
  dataset: text,
  class: text,
  shots: z.int(),
  detector: text,
  variant: text,
  trial: z.int(),
});

const split = z.object({
  id: text,
  dataset: text,
  class: text,
  shots: z.int(),
  trial: z.int(),
  rule: text,
  train: z.array(z.object({ id: text, sha256: text })),
});

export const outcomes = ['ok', 'diverged', 'failed', 'out-of-memory', 'killed', 'interrupted'] as const;

export const eventSchema: z.ZodType<JournalEvent> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('journal'), version: z.literal(1), key: sha256, store: text, at }),
  z.object({
    type: z.literal('started'),
    at,
    cell: cellSchema,
    params: texts,
    tags: texts,
    split: split.optional(),
  }),
  z.object({ type: z.literal('cell'), at, cell: cellSchema }),
  z.object({ type: z.literal('metrics'), at, step, values: numbers }),
  z.object({ type: z.literal('artifact'), at, path: text, file: text, bytes: offset, sha256 }),
  z.object({ type: z.literal('document'), at, path: text, text }),
  z.object({
    type: z.literal('ended'),
    at,
    outcome: z.enum(outcomes),
    results: numbers,
    message: text.optional(),
    step: step.optional(),
  }),
  z.object({ type: z.literal('commit'), offset }),
]);
