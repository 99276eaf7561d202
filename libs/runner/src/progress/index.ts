export { RunProgress } from './run-progress.ts';
export { drawsOver, PROGRESS, type Progress, type ProgressScreen } from './screen.ts';
export { StageProgress } from './stage-progress.ts';
