export { calibrationId, runCalibration, type CalibrationTask, type CalibrationTimes } from './calibrate.ts';
export { failedResult, tellOfTheDead } from './failed-result.ts';
export { endingOf, InterruptedError, type Ending } from './failure.ts';
export { evaluate } from './evaluate.ts';
export { columns, judge } from './judge.ts';
export { judgePixels, type JudgedPixels } from './judge-pixels.ts';
export { memoryBytes, programVersion } from './provenance.ts';
export { runTrial, type TrialProgress } from './run-trial.ts';
export { scoreImages, type Scored } from './score-images.ts';
export {
  requireFit,
  taskDataset,
  trialImages,
  UnfitError,
  type TrialSurroundings,
  type TrialTask,
} from './task.ts';
export { completeJournal, storedResults } from './tell-journal.ts';
