export {
  indexLines,
  keysOnDisk,
  readableResult,
  readResult,
  readSummaries,
  resultPath,
  sidePath,
  workFolder,
  writeResult,
} from './index-file.ts';
export { cellId, differences, trialKey } from './key.ts';
export {
  resultSchema,
  summaries,
  type Artefact,
  type Budget,
  type Cell,
  type Evaluation,
  type Provenance,
  type StepMetrics,
  type TrialCurves,
  type TrialFailure,
  type TrialInputs,
  type TrialMetrics,
  type TrialResult,
  type TrialScores,
  type TrialStatus,
  type TrialSummary,
} from './result.ts';
export { decodeLine, decodeResult, encodeLine, encodeResult } from './result-text.ts';
export { cellSchema, inputsSchema, keySchema } from './schema.ts';
export { openStore, type Store } from './store.ts';
