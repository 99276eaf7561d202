export { canonicalJson, cellId, differences, trialKey } from './key.ts';
export {
  resultSchema,
  summaries,
  type Artefact,
  type Budget,
  type Cell,
  type Evaluation,
  type Provenance,
  type TrialCurves,
  type TrialFailure,
  type TrialInputs,
  type TrialMetrics,
  type TrialResult,
  type TrialScores,
  type TrialStatus,
  type TrialSummary,
} from './result.ts';
export { defineExperiment, override, type Experiment, type MethodUse, type Place } from './experiment.ts';
export { readResult, readSummaries, sidePath } from './index-file.ts';
export { openStore, type Store } from './store.ts';
export { columns, judge } from './judge.ts';
export { judgePixels } from './localise.ts';
export { applySetting, parseSettings } from './selection.ts';
