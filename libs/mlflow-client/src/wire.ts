import type { MetricPoint } from './batches.ts';
import { fromWire, type WireNumber } from './limits.ts';

export type RunStatus = 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED';

export interface Experiment {
  readonly id: string;
  readonly name: string;
  readonly deleted: boolean;
  /** Milliseconds since 1970; with the id it tells a server's database from a new one at the same address. */
  readonly createdAt: number;
}

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

/** JSON as the server writes it: lists may be left out when empty, int64 may come as text. */
export interface WireRun {
  info: {
    run_id: string;
    experiment_id: string;
    run_name?: string;
    status: RunStatus;
    start_time?: number | string;
    end_time?: number | string;
    lifecycle_stage: string;
    artifact_uri?: string;
  };
  data?: { params?: WireEntry[]; tags?: WireEntry[]; metrics?: WireMetricPoint[] };
  inputs?: { dataset_inputs?: { dataset: { name: string; digest: string } }[] };
}

interface WireEntry {
  key: string;
  value?: string;
}

export interface WireMetricPoint {
  key: string;
  value?: WireNumber;
  timestamp?: number | string;
  step?: number | string;
}

export interface WireExperiment {
  experiment_id: string;
  name: string;
  lifecycle_stage: string;
  creation_time?: number | string;
}

export function readExperiment(wire: WireExperiment): Experiment {
  const { experiment_id: id, name, lifecycle_stage: stage, creation_time: created } = wire;
  return { id, name, deleted: stage === 'deleted', createdAt: Number(created ?? 0) };
}

export function readPoint({ key, value = 0, timestamp = 0, step = 0 }: WireMetricPoint): MetricPoint {
  return { key, value: fromWire(value), timestamp: Number(timestamp), step: Number(step) };
}

export function readRun({ info, data = {}, inputs }: WireRun): Run {
  const entries = (list: WireEntry[] = []): Record<string, string> =>
    Object.fromEntries(list.map(({ key, value = '' }) => [key, value]));
  const tags = entries(data.tags);
  return {
    id: info.run_id,
    experimentId: info.experiment_id,
    name: info.run_name ?? tags['mlflow.runName'] ?? '',
    status: info.status,
    startTime: Number(info.start_time ?? 0),
    endTime: Number(info.end_time ?? 0) || null,
    deleted: info.lifecycle_stage === 'deleted',
    artifactUri: info.artifact_uri ?? '',
    params: entries(data.params),
    tags,
    metrics: Object.fromEntries((data.metrics ?? []).map((point) => [point.key, readPoint(point)])),
    datasets: (inputs?.dataset_inputs ?? []).map(({ dataset: { name, digest } }) => ({ name, digest })),
  };
}
