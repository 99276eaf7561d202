import { checkName, checkStep, checkText, checkTime, limits, toWire, type WireNumber } from './limits.ts';

/** One point of a curve. `timestamp` in milliseconds; key, timestamp, step and value together identify it. */
export interface MetricPoint {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
}

/** What is logged to a run. */
export interface RunData {
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly metrics?: readonly MetricPoint[];
}

interface Entry {
  readonly key: string;
  readonly value: string;
}

interface WireMetric {
  readonly key: string;
  readonly value: WireNumber;
  readonly timestamp: number;
  readonly step: number;
}

/** The body of one `runs/log-batch`, without the run's id. */
export interface WireBatch {
  params: Entry[];
  tags: Entry[];
  metrics: WireMetric[];
}

/** Room for the run's id and the braces around a batch. */
const envelopeBytes = 200;

/** Cuts what is to be logged into batches that the server takes whole: parameters first, then tags, then points in order. @throws InvalidValueError */
export function splitBatches({ params = {}, tags = {}, metrics = [] }: RunData): WireBatch[] {
  const batches: WireBatch[] = [];
  let batch: WireBatch = { params: [], tags: [], metrics: [] };
  let keys = new Set<string>();
  let bytes = envelopeBytes;
  let entities = 0;
  const add = <K extends keyof WireBatch>(kind: K, entry: WireBatch[K][number], most: number): void => {
    const size = Buffer.byteLength(JSON.stringify(entry)) + 1;
    const full =
      batch[kind].length >= most ||
      entities >= limits.entitiesPerBatch ||
      bytes + size > limits.bodyBytes ||
      (kind === 'metrics' && !keys.has(entry.key) && keys.size >= limits.metricKeysPerBatch);
    if (full && entities > 0) {
      batches.push(batch);
      batch = { params: [], tags: [], metrics: [] };
      keys = new Set();
      bytes = envelopeBytes;
      entities = 0;
    }
    (batch[kind] as WireBatch[K][number][]).push(entry);
    if (kind === 'metrics') keys.add(entry.key);
    bytes += size;
    entities++;
  };
  for (const [key, value] of Object.entries(params)) {
    checkText(`parameter ${key}`, value, limits.paramLength);
    add('params', { key: checkName('parameter', key), value }, limits.paramsPerBatch);
  }
  for (const entry of checkTags(tags)) add('tags', entry, limits.tagsPerBatch);
  for (const { key, value, timestamp, step } of metrics) {
    const point = {
      key: checkName('metric', key),
      value: toWire(`metric ${key}`, value),
      timestamp: checkTime(`timestamp of ${key}`, timestamp),
      step: checkStep(`step of ${key}`, step),
    };
    add('metrics', point, limits.metricsPerBatch);
  }
  if (entities > 0) batches.push(batch);
  return batches;
}

/** Tags in their wire form. @throws InvalidValueError */
export function checkTags(tags: Readonly<Record<string, string>>): Entry[] {
  return Object.entries(tags).map(([key, value]) => ({
    key: checkName('tag', key),
    value: checkText(`tag ${key}`, value, limits.tagLength),
  }));
}
