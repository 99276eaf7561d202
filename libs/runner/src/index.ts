import { moduleBeside } from '@fsad/files';

export { cellId, differences, trialKey } from './store/index.ts';
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
} from './store/index.ts';
export { defineExperiment, override, type Experiment, type MethodUse, type Place } from './plan/index.ts';
export {
  decodeLine,
  decodeResult,
  encodeLine,
  encodeResult,
  readResult,
  readSummaries,
  sidePath,
} from './store/index.ts';
export { openStore, type Store } from './store/index.ts';
export {
  columns,
  evaluate,
  judge,
  judgePixels,
  scoreImages,
  storedResults,
  type JudgedPixels,
  type Scored,
} from './trial/index.ts';
export { configure, settingsAsked, type AskedSetting, type ConfigRequest } from './plan/index.ts';
export { comparedMethods, comparison, parseCompared, type ComparisonRequest } from './comparison.ts';
export { estimatePlan, planText, type PlanEstimate } from './estimate/index.ts';
export {
  fitModel,
  methodNamed,
  openModel,
  openSource,
  samplesSheet,
  saveModel,
  type FitRequest,
  type OpenedModel,
  keptTraining,
  presetKeys,
  presetListText,
  presetNames,
  presetText,
  readSplit,
  recalibrate,
  recalibrateText,
  requireFree,
  requireLearned,
  writeSplit,
  type Source,
  largeEnough,
  leftOutInWords,
  readable,
  readPictures,
  datasetText,
  scoreDataset,
  scorePictures,
  trainInto,
  whileTraining,
  stopped,
  type ImageRow,
  type NamedPicture,
  type OnBadImage,
  type PictureRow,
  type ReadingProgress,
  type ScoredDataset,
} from './model/index.ts';
export { methods, OF_THE_PAPER, OWN_PICTURES } from './methods.ts';
export { EngineError, resolveEngine } from './engines.ts';
export { dataFolders, PlanError, shareOf, wholeExperiment, type PlanRequest } from './plan/index.ts';
export { RunProgress, StageProgress, type ProgressScreen } from './progress/index.ts';
export { progressLine, type ProgressLine } from './progress/json-lines.ts';
export type { Registry, ResolvedEngine } from './registry.ts';
export type { RunEvent, RunSummary } from './run-events.ts';
export { openRun, type RunOptions } from './open-run.ts';
export { runExperiment } from './run-experiment.ts';
export { ChangedCellsError } from './plan/index.ts';

/** Address of the module with the project's own methods, datasets and engines. */
export const defaultRegistry = moduleBeside('./default-registry', import.meta.url).href;
export { loadExperiment, type LoadedExperiment } from './load-experiment.ts';
export { shellWord, withoutOptions, writeSlurm } from './slurm.ts';
