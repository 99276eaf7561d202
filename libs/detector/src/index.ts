export type {
  AnomalyMap,
  Detector,
  DetectorEvent,
  DetectorMethod,
  FitContext,
  MethodRuntime,
  Score,
} from './detector.ts';
export { requireChannels, requireTrainingImages } from './check-images.ts';
export { parseConfig } from './parse-config.ts';
export { writeFolderAtomically } from '@fsad/files';
export { loadModel, requireTensor, saveModel, type SavedModel } from './model-folder.ts';
export { fingerprintFit, trainSteps, type StepLoop } from './train-steps.ts';
export { methodFromRecipe, type Recipe, type Task } from './method-from-recipe.ts';
export { unitPixels } from './unit-pixels.ts';
