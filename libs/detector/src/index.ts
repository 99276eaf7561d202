export type {
  AnomalyMap,
  Detector,
  DetectorEvent,
  DetectorMethod,
  DrawnMap,
  DrawnPicture,
  EngineKind,
  FitContext,
  Inspection,
  LearningCurve,
  MethodRuntime,
  OnnxExport,
  PreviewedPictures,
  Purpose,
  Score,
  ShorterFits,
  TrainingReview,
} from './detector.ts';
export { bySeries } from './by-series.ts';
export { requireChannels, requireTrainingImages } from './check-images.ts';
export { ConfigurationError } from './configuration-error.ts';
export { DivergedError } from './diverged-error.ts';
export { PicturesError } from './pictures-error.ts';
export { partOfFit } from './part-of-fit.ts';
export { scoreColumns } from './score-columns.ts';
export { meaningsOf } from './meanings.ts';
export { parseConfig } from './parse-config.ts';
export { writeFolderAtomically } from '@fsad/files';
export { loadModel, readMethodName, requireTensor, saveModel, type SavedModel } from './model-folder.ts';
export { fingerprintFit, trainSteps, type StepLoop } from './train-steps.ts';
export { methodFromRecipe, type Recipe, type Task } from './method-from-recipe.ts';
export { nextTurn } from './next-turn.ts';
export { unitPixels } from './unit-pixels.ts';
export { reduced, seenInTiles, sideForTiles, tiled, tilesFor } from './tiled.ts';
