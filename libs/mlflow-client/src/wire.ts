import { z } from 'zod';
import type { MetricPoint } from './batches.ts';
import { fromWire } from './limits.ts';

export interface Experiment {
  readonly id: string;
  readonly name: string;
  readonly deleted: boolean;
  /** Milliseconds since 1970; with the id it tells a server's database from a new one at the same address. */
  readonly createdAt: number;
}

const statuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const;

export type RunStatus = (typeof statuses)[number];

/** A run as the server tells it. Times in milliseconds since 1970. */
export interface Run {
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  readonly status: RunStatus;
  readonly startTime: number;
  readonly endTime: number | null;
  readonly deleted: boolean;
  readonly artifactUri: string;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** The latest point of each metric: largest step, then timestamp, then value. */
  readonly metrics: Readonly<Record<string, MetricPoint>>;
  readonly datasets: readonly { readonly name: string; readonly digest: string }[];
}

// Answers as the server writes them: lists may be left out when empty, int64 may come as text. What a newer server adds is passed over.

const text = z.string().refine((value) => !/\p{Surrogate}/u.test(value), 'must be well-formed Unicode');
const int64 = z
  .union([z.number(), z.string().regex(/^-?\d+$/)])
  .transform(Number)
  .pipe(z.int());
const entries = z.array(z.object({ key: text, value: text.default('') })).default([]);

const point: z.ZodType<MetricPoint> = z
  .object({
    key: text,
    value: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]).default(0),
    timestamp: int64.default(0),
    step: int64.default(0),
  })
  .transform(({ value, ...place }): MetricPoint => ({ ...place, value: fromWire(value) }));

const experiment = z
  .object({
    experiment_id: text.min(1),
    name: text,
    lifecycle_stage: text,
    creation_time: int64.default(0),
  })
  .transform(({ experiment_id: id, name, lifecycle_stage: stage, creation_time: createdAt }): Experiment => ({
    id,
    name,
    deleted: stage === 'deleted',
    createdAt,
  }));

const run = z
  .object({
    info: z.object({
      run_id: text.min(1),
      experiment_id: text,
      run_name: text.optional(),
      status: z.enum(statuses),
      start_time: int64.default(0),
      end_time: int64.default(0),
      lifecycle_stage: text,
      artifact_uri: text.default(''),
    }),
    data: z.object({ params: entries, tags: entries, metrics: z.array(point).default([]) }).prefault({}),
    inputs: z
      .object({
        dataset_inputs: z.array(z.object({ dataset: z.object({ name: text, digest: text }) })).default([]),
      })
      .prefault({}),
  })
  .transform(({ info, data, inputs }): Run => {
    const tags = recordOf(data.tags);
    return {
      id: info.run_id,
      experimentId: info.experiment_id,
      name: info.run_name ?? tags['mlflow.runName'] ?? '',
      status: info.status,
      startTime: info.start_time,
      endTime: info.end_time || null,
      deleted: info.lifecycle_stage === 'deleted',
      artifactUri: info.artifact_uri,
      params: recordOf(data.params),
      tags,
      metrics: Object.fromEntries(data.metrics.map((one) => [one.key, one])),
      datasets: inputs.dataset_inputs.map(({ dataset }) => dataset),
    };
  });

function recordOf(list: readonly { key: string; value: string }[]): Record<string, string> {
  return Object.fromEntries(list.map(({ key, value }) => [key, value]));
}

/** What the server answers to each kind of request. */
export const answers = {
  /** To a request that only does something. */
  done: z.object({}),
  experiments: z.object({ experiments: z.array(experiment).default([]) }),
  experiment: z.object({ experiment }),
  run: z.object({ run }),
  runs: z.object({ runs: z.array(run).default([]), next_page_token: text.optional() }),
};
