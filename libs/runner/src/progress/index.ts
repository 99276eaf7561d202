export { RunProgress } from './run-progress.ts';
export type { ProgressScreen } from './screen.ts';
export { StageProgress } from './stage-progress.ts';
