export { splitBatches, type MetricPoint, type RunData, type WireBatch } from './batches.ts';
export { isCode, MlflowClient, type DatasetInput, type NewRun, type RunSearch } from './client.ts';
export { connectionFromEnvironment, type Connection } from './connection.ts';
export { MlflowError } from './errors.ts';
export { type HttpOptions } from './http.ts';
export {
  checkName,
  checkStep,
  checkText,
  checkTime,
  fromWire,
  InvalidValueError,
  limits,
  toWire,
  type WireNumber,
} from './limits.ts';
export {
  defaultRetryPolicy,
  realSurroundings,
  type RetryNotice,
  type RetryPolicy,
  type Surroundings,
} from './retry.ts';
export { type Experiment, type Run, type RunStatus } from './wire.ts';
