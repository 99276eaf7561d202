export { settingsAsked } from './config-file.ts';
export { configure, type ConfigRequest } from './configure.ts';
export { countKinds, Durations, kindOf } from './durations.ts';
export { defineExperiment, override, type Experiment, type MethodUse, type Place } from './experiment.ts';
export type { TrialDraw } from './plan.ts';
export { prepare, type Prepared } from './prepare.ts';
export { PlanError } from './problems.ts';
export { wholeExperiment, type PlanRequest } from './request.ts';
export { dataFolders, shareOf } from './words.ts';
export { applySetting, parseSettings, type AskedSetting } from './selection.ts';
export {
  ChangedCellsError,
  sortTrials,
  type PendingTrial,
  type Share,
  type SortedTrials,
} from './sort-trials.ts';
