import { DATASET_NAMES } from '@fsad/datasets';
import { z } from 'zod';
import { resultSchema, type Cell, type TrialInputs, type TrialResult, type TrialSummary } from './result.ts';

// What a store, or a queue, may hold. Names become parts of paths in reports, so they have an alphabet of their own.

export const keySchema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');
const name = z
  .string()
  .max(200)
  .regex(/^[a-z0-9][a-z0-9._-]*$/i, 'takes letters, digits, dots, hyphens and underscores');
/** A class is what its folder is called: anything but a way out of it. */
const className = z
  .string()
  .min(1)
  .refine(
    (text) => !/[/\\\p{Cc}]/u.test(text) && text !== '.' && text !== '..',
    'must be the name of a folder',
  );
const text = z.string();
const count = z.int().nonnegative();
const seconds = z.number().nonnegative();
const time = z.iso.datetime();
const fraction = z.number().min(0).max(1);
const numbers = z.record(z.string(), z.number());
/** A file below the trial's own folder. */
const fileName = z
  .string()
  .refine(
    (path) => path.split('/').every((part) => !['', '.', '..'].includes(part)) && !/[\\:\0]/.test(path),
    'must be a file of the trial',
  );

export const cellSchema: z.ZodType<Cell> = z.strictObject({
  experiment: name,
  dataset: name,
  class: className,
  shots: z.int().positive(),
  trial: count,
  detector: name,
  variant: name,
  budget: z.enum(['paper', 'reduced', 'smoke']),
});

/** Loose where a later program may add to what decides a trial's numbers: whatever stands there enters the key. */
export const inputsSchema: z.ZodType<TrialInputs> = z.looseObject({
  configuration: z.looseObject({
    detector: name,
    settings: z.unknown(),
    seed: z.int(),
    evaluation: z.looseObject({
      pixel: z.boolean(),
      maps: count,
      examples: count,
      samples: count,
      iterations: z.array(count).optional(),
    }),
  }),
  split: text,
  testSubset: text,
  data: text,
  decoder: text,
  engine: text,
  numericVersion: count,
});

const statuses = ['ok', 'diverged', 'out-of-memory', 'killed', 'failed'] as const;
const failure = z.strictObject({ step: text.nullable(), message: text, outside: z.boolean() });
const interval = z.tuple([z.number(), z.number()]);
const metrics = z.looseObject({
  auroc: fraction,
  aurocInterval: interval,
  perScale: z.array(fraction),
  fractions: numbers,
  parts: numbers,
  pixel: z.looseObject({ auroc: fraction, pro: fraction, images: count }).nullable(),
  onTheWay: z
    .array(
      z.strictObject({
        iterations: count,
        auroc: fraction,
        aurocInterval: interval,
        perScale: z.array(fraction),
      }),
    )
    .optional(),
});
const span = z.strictObject({ fit: seconds, score: seconds, total: seconds });

/** A trial that is `ok` has numbers and no failure, any other a failure and no numbers. */
function isWhole(one: { status: string; failure: unknown; metrics: unknown }): boolean {
  return one.status === 'ok'
    ? one.failure === null && one.metrics !== null
    : one.failure !== null && one.metrics === null;
}
const whole = 'status, failure and metrics do not fit one another';

export const storedResult: z.ZodType<TrialResult> = z
  .strictObject({
    schema: z.literal(resultSchema),
    key: keySchema,
    cells: z.array(cellSchema),
    status: z.enum(statuses),
    failure: failure.nullable(),
    metrics: metrics.nullable(),
    inputs: inputsSchema,
    split: z.strictObject({
      id: text,
      dataset: z.enum(DATASET_NAMES),
      class: className,
      shots: z.int().positive(),
      trial: count,
      rule: z.enum(['hash', 'consecutive', 'indices', 'folder']),
      options: z.record(text, text),
      train: z.array(z.strictObject({ id: text, sha256: text })),
    }),
    test: z.strictObject({
      subset: z.enum(['test', 'validation']),
      images: count,
      anomalous: count,
      available: count,
    }),
    warnings: z.array(text),
    artefacts: z.array(
      z.strictObject({
        kind: z.enum([
          'map',
          'training',
          'sample',
          'true-positive',
          'true-negative',
          'false-positive',
          'false-negative',
        ]),
        file: fileName,
        image: text.nullable(),
        score: z.number().nullable(),
        original: fileName.optional(),
        mask: fileName.optional(),
      }),
    ),
    provenance: z.looseObject({
      gitCommit: text.nullable(),
      command: text,
      node: text,
      engine: z.strictObject({ name: text, instructionSet: text.nullable(), threads: count }),
      machine: z.strictObject({ platform: text, cpu: text, cores: count, memoryBytes: count }),
      startedAt: time,
      finishedAt: time,
      seconds: span,
      attempts: count,
      peakMemoryBytes: z.number().nonnegative(),
    }),
  })
  .refine(isWhole, whole);

export const storedSummary: z.ZodType<TrialSummary> = z
  .strictObject({
    key: keySchema,
    cell: cellSchema,
    status: z.enum(statuses),
    failure: failure.nullable(),
    metrics: metrics.nullable(),
    split: text,
    engine: text,
    seconds: span,
    finishedAt: time,
  })
  .refine(isWhole, whole);
