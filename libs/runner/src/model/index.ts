export { calibrateModel, partsOfTraining } from '@fsad/calibration';
export { fitModel, type FitRequest } from './fit-model.ts';
export { methodNamed, openModel, type OpenedModel } from './open-model.ts';
export { saveModel } from './save-model.ts';
export { writeTiles } from './tiles-file.ts';
export {
  beginTraining,
  checkpointsOf,
  requireFree,
  whileTraining,
  type TrainingRecord,
} from './training-folder.ts';
export { readSplit, requireLearned, trainedOn, writeSplit, type Source } from './trained-on.ts';
export { recalibrate, type MovedThreshold, type NamedPicture } from './recalibrate.ts';
