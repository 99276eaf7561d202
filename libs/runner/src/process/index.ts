export { coreGroups, type CoreGroups } from './core-groups.ts';
export { oldSpaceRoom, TrialProcess } from './trial-process.ts';
export { workOnTrial, type WorkEnd } from './work-on-trial.ts';
