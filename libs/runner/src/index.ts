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
export { estimatePlan, type PlanEstimate } from './estimate-plan.ts';
export { methods, withoutEngine } from './methods.ts';
export { PlanError, wholeExperiment, type PlanRequest } from './prepare.ts';
export { duration, RunProgress } from './progress.ts';
export type { Registry } from './registry.ts';
export type { RunEvent, RunSummary } from './run-events.ts';
export { openRun, type RunOptions } from './open-run.ts';
export { runExperiment } from './run-experiment.ts';
export { ChangedCellsError } from './sort-trials.ts';

/** Address of the module with the project's own methods, datasets and engines. */
export const defaultRegistry = new URL('./default-registry.ts', import.meta.url).href;
