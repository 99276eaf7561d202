export { learn, load, type ComputeOptions, type LearnOptions } from './learn.ts';
export { Model, type InspectOptions, type Inspection } from './model.ts';
export { type Picture, type Pixels } from './picture.ts';
export { DisposedError } from './errors.ts';
export { BadImageError, type Image } from '@fsad/images';
export { InvalidFileError } from '@fsad/files';
export {
  DivergedError,
  methodFromRecipe,
  requireTensor,
  trainSteps,
  unitPixels,
  type AnomalyMap,
  type DetectorEvent,
  type DetectorMethod,
  type Recipe,
  type Score,
} from '@fsad/detector';
export { randomStream, tensor, type Tensor } from '@fsad/tensors';

/** Schemas of a method's configuration. */
export { z } from 'zod';
export { defineExperiment, type Experiment, type MethodUse } from '@fsad/runner';
