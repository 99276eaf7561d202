export { calibrateModel, partsOfTraining } from '@fsad/calibration';
export { fitModel, type FitRequest } from './fit-model.ts';
export { methodNamed, openModel, type OpenedModel } from './open-model.ts';
export { presetKeys, presetListText, presetNames, presetText, type PresetKey } from './preset-text.ts';
export { samplesSheet } from './samples-sheet.ts';
export { saveModel } from './save-model.ts';
export { writeTiles } from './tiles-file.ts';
export {
  beginTraining,
  checkpointsOf,
  keptTraining,
  requireFree,
  whileTraining,
  type TrainingRecord,
} from './training-folder.ts';
export { readSplit, requireLearned, trainedOn, writeSplit, type Source } from './trained-on.ts';
export { recalibrate, type MovedThreshold } from './recalibrate.ts';
export { recalibrateText } from './recalibrate-text.ts';
export {
  largeEnough,
  leftOutInWords,
  readable,
  readPictures,
  type NamedPicture,
  type OnBadImage,
  type ReadingProgress,
} from './pictures.ts';
export { datasetText } from './dataset-text.ts';
export { scoreDataset, type ImageRow, type ScoredDataset } from './score-dataset.ts';
export { scorePictures, type PictureRow } from './score-pictures.ts';
export { scoreUntilBad, stopped } from './score-until-bad.ts';
export { trainInto, type Training, type TrainingWatch } from './train-into.ts';
export { openSource } from './open-source.ts';
