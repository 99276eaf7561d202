export {
  indexLines,
  readResult,
  readSummaries,
  resultPath,
  sidePath,
  workFolder,
  writeResult,
} from './index-file.ts';
export { canonicalJson, cellId, differences, trialKey } from './key.ts';
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
export { openStore, type Store } from './store.ts';
