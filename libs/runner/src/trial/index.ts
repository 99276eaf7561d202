export { calibrationId, runCalibration, type CalibrationTask, type CalibrationTimes } from './calibrate.ts';
export { failedResult, tellOfTheDead } from './failed-result.ts';
export { endingOf, InterruptedError, type Ending } from './failure.ts';
export { columns, judge } from './judge.ts';
export { judgePixels } from './judge-pixels.ts';
export { gitCommit, memoryBytes } from './provenance.ts';
export { runTrial, type TrialProgress } from './run-trial.ts';
export { scoreImages, type Scored } from './score-images.ts';
export { requireFit, trialImages, UnfitError, type TrialSurroundings, type TrialTask } from './task.ts';
